#region readme-database-usings
using Microsoft.Data.Sqlite;
using PeftSharp.Data;
#endregion

namespace Pages.Data;

/// <summary>Rows from a query.</summary>
internal static class Database
{
    internal static void Run()
    {
        #region readme-database
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        using (var create = connection.CreateCommand())
        {
            create.CommandText = """
                CREATE TABLE articles (body TEXT, topic TEXT);
                INSERT INTO articles VALUES ('The team won.', 'sport'), ('The vote is today.', 'politics');
                """;
            create.ExecuteNonQuery();
        }

        using var command = connection.CreateCommand();
        command.CommandText = "SELECT body AS text, topic AS label FROM articles";
        using var reader = command.ExecuteReader();
        var dataset = Dataset.FromDataReader(reader).ClassEncodeColumn("label");
        Console.WriteLine(dataset.Head());
        // text                label
        // string              class
        // ------------------  ------------
        // The team won.       1 (sport)
        // The vote is today.  0 (politics)
        // 2 of 2 rows, 2 columns
        #endregion
    }
}
