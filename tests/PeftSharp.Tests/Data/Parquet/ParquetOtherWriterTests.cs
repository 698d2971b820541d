using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Parquet;

/// <summary>Files that DuckDB wrote; tests/fixtures/parquet/README.md says how.</summary>
public class ParquetOtherWriterTests
{
    private static Dataset Read(string name) =>
        Datasets.LoadDataset(Path.Combine(ReferenceRoot.Repository, "tests", "fixtures", "parquet", name), "train");

    [Fact]
    public void Types_of_DuckDB_are_read_exactly_and_absent_ones_are_null()
    {
        var read = Read("duckdb-types.parquet");
        var row = read[0];
        // Equals: FluentAssertions alone takes the objects 1, 1L and 1.0 for the same.
        new[] { "tiny", "ushort", "uint", "ubig", "single", "wide", "narrow" }.Select(name => row[name])
            .Should().Equal<object?>([1, 65535, 4294967295L, long.MaxValue, -1.5f, 12345678901234567890.12345m, -0.01m], Equals);
        new[] { "day", "clock", "wall", "instant", "nanos" }.Select(name => row[name])
            .Should().Equal(
            [
                new DateTime(1969, 12, 31), new TimeOnly(23, 59, 59, 999, 999), new DateTime(1969, 12, 31, 23, 59, 59, 500),
                new DateTime(2024, 7, 1, 10, 0, 0), new DateTime(2024, 1, 1).AddTicks(1234567),
            ]);
        new[] { "day", "wall", "instant", "nanos" }.Select(name => ((DateTime)row[name]!).Kind)
            .Should().Equal(DateTimeKind.Unspecified, DateTimeKind.Unspecified, DateTimeKind.Utc, DateTimeKind.Unspecified);
        new[] { "id", "mood", "json" }.Select(row.GetString).Should().Equal("f47ac10b-58cc-4372-a567-0e02b2c3d479", "ok", """{"a": [1]}""");
        ((byte[])row["bytes"]!).Should().Equal(0x00, 0xFF);
        ((object?[])row["list"]!).Should().Equal<object?>([1, null], Equals);
        Assert.Equal("{x: 1, y: [\"é\"]}", ValueText.Show(row["record"]));
        Assert.Equal("[{key: \"k\", value: 2}]", ValueText.Show(row["map"]));
        read[1].Values.Should().OnlyContain(value => value == null);
    }

    [Theory]
    [InlineData("duckdb-v1.parquet")]
    [InlineData("duckdb-v2.parquet")]
    public void Both_page_versions_of_DuckDB_give_the_same_rows(string name)
    {
        var read = Read(name);
        Assert.Equal(3000, read.Count);
        for (var i = 0; i < read.Count; i++)
        {
            var row = read[i];
            new[] { "a", "b", "c", "d", "e", "f", "h" }.Select(column => row[column])
                .Should().Equal<object?>(
                    [i, i % 3 == 0, $"préfixe_{i}", i * 1000003L, i / 8.0, new DateTime(1969, 6, 1).AddDays(i), i % 2 == 0 ? "é" : null],
                    Equals);
            row.GetInt64s("g").ToArray().Should().Equal((long)i, i + 1);
        }
    }

    [Fact]
    public void A_file_of_DuckDB_without_rows_has_the_types_of_one_with_rows()
    {
        Read("duckdb-empty.parquet").Should().BeEmpty();
        Read("duckdb-empty.parquet").Features.Should().Equal(Read("duckdb-v1.parquet").Features);
    }
}
