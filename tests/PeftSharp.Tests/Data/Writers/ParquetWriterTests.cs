using CsCheck;
using ParquetSharp;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Writers;

public sealed class ParquetWriterTests : IDisposable
{
    private static readonly Gen<DateTime> Times =
        Gen.Long[0, DateTime.MaxValue.Ticks / 10].Select(microseconds => new DateTime(microseconds * 10));

    // All decimals of a column have the same number of places.
    private static readonly Gen<decimal> Decimals =
        Gen.Int.Select(low => new decimal(low, low & 0xFFFF, 0, isNegative: low % 3 == 0, scale: 3));

    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Path, name);

    private Dataset RoundTrip(Dataset data)
    {
        data.ToParquet(At("x.parquet"));
        return Datasets.LoadDataset(At("x.parquet"), "train");
    }

    [Fact]
    public void All_values_and_types_come_back() =>
        RoundTripTests.Rows(Gen.Select(Gen.String[0, 5].Null(), Gen.Long.Nullable(), Gen.Double.Nullable(), Gen.Float, Gen.Bool.Nullable(),
            Gen.Int.Array[0, 3].Null(), Times.Nullable(), Decimals.Nullable()).Select(row => new
            {
                Text = row.Item1?.Replace('\uD800', 'x'),
                row.Item2,
                row.Item3,
                row.Item4,
                row.Item5,
                row.Item6,
                row.Item7,
                row.Item8,
            }))
        .Sample(data => RoundTripTests.Same(data, RoundTrip(data)), iter: 60, threads: 1);

    [Fact]
    public void Nested_values_and_other_types_come_back() =>
        RoundTripTests.Rows(Gen.Select(
            Gen.Byte.Array[0, 3].Null(), Gen.Long[0, TimeSpan.TicksPerDay - 1], Gen.Long, Gen.Bool, Times.Array[0, 2],
            Gen.Int.Nullable().Array[0, 2].Null().Array[0, 2]).Select(row => new
            {
                Bytes = row.Item1,
                Time = new TimeOnly(row.Item2 / 10 * 10),
                Span = new TimeSpan(row.Item3 / 1000 * 10),
                Chat = row.Item4 ? null : new { role = "user", times = row.Item5, deep = row.Item6 },
                Topic = row.Item4 ? Topic.B : Topic.A,
            }))
        .Sample(data => RoundTripTests.Same(data, RoundTrip(data)), iter: 60, threads: 1);

    [Fact]
    public void The_file_has_the_types_of_pyarrow_and_the_features_of_datasets()
    {
        var data = Dataset.FromDict(("text", new[] { "a", null }), ("ids", new[] { [1L, 2L], Array.Empty<long>() }),
            ("label", new long[] { 1, 0 }), ("day", new[] { new DateTime(2024, 7, 1), new(2024, 7, 2) }), ("x", new float?[] { 1, null }))
            .CastColumn("label", new ClassLabel("neg", "pos"));
        data.ToParquet(At("x.parquet"));

        using var reader = new ParquetSharp.ParquetFileReader(At("x.parquet"));
        var columns = Enumerable.Range(0, reader.FileMetaData.Schema.NumColumns).Select(reader.FileMetaData.Schema.Column).ToArray();
        columns.Select(column => $"{column.Path.ToDotString()}:{column.PhysicalType}:{column.LogicalType.Type}").Should().Equal(
            "text:ByteArray:String", "ids.list.element:Int64:None", "label:Int64:None", "day:Int64:Timestamp", "x:Float:None");
        reader.FileMetaData.NumRows.Should().Be(2);
        reader.FileMetaData.KeyValueMetadata["huggingface"].Should().Be("""
            {"info": {"features": {"text": {"dtype": "string", "_type": "Value"},
             "ids": {"feature": {"dtype": "int64", "_type": "Value"}, "_type": "List"},
             "label": {"names": ["neg", "pos"], "_type": "ClassLabel"},
             "day": {"dtype": "timestamp[us]", "_type": "Value"},
             "x": {"dtype": "float32", "_type": "Value"}}}}
            """.ReplaceLineEndings(""));
        using var group = reader.RowGroup(0);
        group.MetaData.GetColumnChunkMetaData(0).Compression.Should().Be(Compression.Snappy);
        using var labels = group.Column(2).LogicalReader<long?>();
        labels.ReadAll(2).Should().Equal(1L, 0L);
    }

    [Fact]
    public void Many_rows_are_written_in_several_row_groups()
    {
        var text = new string('x', 200_000);
        var data = Dataset.FromDict(("i", Enumerable.Range(0, 1500).ToArray()), ("text", Enumerable.Repeat(text, 1500).ToArray()));
        data.Shuffle(1).ToParquet(At("x.parquet"));
        using (var reader = new ParquetSharp.ParquetFileReader(At("x.parquet")))
            reader.FileMetaData.NumRowGroups.Should().Be(2);
        Datasets.LoadDataset(At("x.parquet"), "train", new() { Columns = ["i"] })["i"].Should().Equal(data.Shuffle(1)["i"]);
    }

    [Fact]
    public void Times_with_100_nanoseconds_and_times_in_UTC_keep_their_kind()
    {
        var data = Dataset.FromDict(("fine", new[] { new DateTime(2024, 7, 1), new DateTime(2024, 7, 1).AddTicks(1) }),
            ("utc", new[] { new DateTime(2024, 7, 1, 0, 0, 0, DateTimeKind.Utc), new(2024, 7, 2, 0, 0, 0, DateTimeKind.Utc) }));
        var read = RoundTrip(data);
        read["fine"].Should().Equal(data["fine"]);
        ((DateTime)read["utc"][0]!).Kind.Should().Be(DateTimeKind.Utc);
        var mixed = Dataset.FromDict(("when", new[] { new DateTime(2024, 7, 1), new(2024, 7, 2, 0, 0, 0, DateTimeKind.Utc) }));
        mixed.Invoking(it => it.ToParquet(At("x.parquet"))).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("Column 'when'");
        RoundTripTests.Same(data, Datasets.LoadDataset(At("x.parquet"), "train"));           // the file is unchanged
        Directory.GetFiles(_folder.Path).Should().HaveCount(1);
    }

    [Fact]
    public void A_dataset_without_rows_or_with_only_nulls_keeps_its_columns()
    {
        var data = Dataset.FromDict(("text", new[] { "a" }), ("nothing", new object?[] { null })).Select([]);
        var read = RoundTrip(data);
        read.Count.Should().Be(0);
        read.Features["text"].Should().Be(new Value("string"));
        RoundTrip(Dataset.FromDict(("nothing", new object?[] { null, null })))["nothing"]
            .Should().HaveCount(2).And.OnlyContain(value => value == null);
        data.Invoking(it => it.ToParquet(At("x.parquet.gz"))).Should().ThrowExactly<ArgumentException>();
    }

    private enum Topic { A, B }
}
