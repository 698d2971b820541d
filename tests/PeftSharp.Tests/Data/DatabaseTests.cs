using System.Data;
using System.Globalization;
using Microsoft.Data.Sqlite;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Rows of databases and data tables become datasets.</summary>
public sealed class DatabaseTests
{
    private static SqliteConnection Open(string script)
    {
        var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = script;
        command.ExecuteNonQuery();
        return connection;
    }

    private static SqliteDataReader Read(SqliteConnection connection, string query)
    {
        var command = connection.CreateCommand();           // closes its reader when it is disposed
        command.CommandText = query;
        return command.ExecuteReader();
    }

    [Fact]
    public void The_rows_of_a_query_become_columns_with_the_types_of_the_database()
    {
        using var connection = Open("CREATE TABLE t (text TEXT, label INTEGER, score REAL, mixed NUMERIC, data BLOB); "
            + "INSERT INTO t VALUES ('good ß', 1, 0.5, 1, x'0102'), (NULL, 0, NULL, 2.5, NULL);");
        using var reader = Read(connection, "SELECT text, label, score, mixed, data FROM t ORDER BY label DESC");
        var rows = Dataset.FromDataReader(reader);
        Assert.Equal(
            "string int64 float64 float64 binary", string.Join(' ', rows.Features.Values.OfType<Value>().Select(value => value.Dtype)));
        rows["text"].Should().Equal(["good ß", null]);
        rows["label"].ToArray<long>().Should().Equal(1L, 0L);
        // Equals: FluentAssertions alone takes the objects 1, 1L and 1.0 for the same.
        rows["score"].Should().Equal<object?>([0.5, null], Equals);
        rows["mixed"].ToArray<double>().Should().Equal(1.0, 2.5);       // SQLite stores 1 and 2.5 in one column as INTEGER and REAL
        rows["data"][0].Should().BeOfType<byte[]>().Which.Should().Equal(1, 2);
    }

    [Fact]
    public async Task A_query_is_read_asynchronously_and_may_have_no_rows()
    {
        using var connection = Open("CREATE TABLE t (text TEXT, label INTEGER); INSERT INTO t VALUES ('a', 1), ('b', 0);");
        using (var reader = Read(connection, "SELECT * FROM t"))
            (await Dataset.FromDataReaderAsync(reader))["text"].GetStrings().Should().Equal("a", "b");
        using (var reader = Read(connection, "SELECT * FROM t WHERE label > 5"))
        {
            var none = Dataset.FromDataReader(reader);
            Assert.Equal((0, "text,label"), (none.Count, string.Join(',', none.ColumnNames)));
        }
        using (var reader = Read(connection, "SELECT * FROM t"))
            await FluentActions.Awaiting(() => Dataset.FromDataReaderAsync(reader, new CancellationToken(canceled: true)))
                .Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public void Columns_with_equal_names_or_values_of_different_types_are_rejected_with_the_remedy()
    {
        using var connection = Open("CREATE TABLE t (v); INSERT INTO t VALUES (1), ('one');");
        using (var reader = Read(connection, "SELECT v AS x, v AS x FROM t"))
            FluentActions.Invoking(() => Dataset.FromDataReader(reader))
                .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("2 columns named 'x'. Rename them in the query");
        using (var reader = Read(connection, "SELECT v FROM t"))
            FluentActions.Invoking(() => Dataset.FromDataReader(reader))
                .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Column 'v', row 1:");
        using (var reader = Read(connection, "DELETE FROM t"))
            FluentActions.Invoking(() => Dataset.FromDataReader(reader))
                .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("There are no columns");
    }

    [Fact]
    public void A_data_table_is_read_without_its_deleted_rows()
    {
        using var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        table.Columns.Add("Text", typeof(string));
        table.Columns.Add("Day", typeof(DateTime));
        table.Columns.Add("Id", typeof(Guid));
        table.Columns.Add("Price", typeof(decimal));
        table.Columns.Add("IsGood", typeof(bool));
        table.Rows.Add("a", new DateTime(2024, 7, 1), Guid.Empty, 1.10m, true);
        table.Rows.Add("b", DBNull.Value, Guid.Empty, 2m, false);
        table.Rows.Add("c", DBNull.Value, Guid.Empty, 3m, false);
        table.AcceptChanges();
        table.Rows[1].Delete();
        var rows = Dataset.FromDataTable(table);
        rows["Text"].GetStrings().Should().Equal("a", "c");
        rows["Day"].Should().Equal([new DateTime(2024, 7, 1), null]);
        Assert.Equal("00000000-0000-0000-0000-000000000000", rows["Id"].GetString(0));
        rows["Price"].ToArray<decimal>().Should().Equal(1.10m, 3m);
        rows["IsGood"].ToArray<bool>().Should().Equal(true, false);
    }
}
