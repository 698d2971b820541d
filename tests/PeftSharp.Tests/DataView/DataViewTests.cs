using CsCheck;
using Microsoft.ML;
using Microsoft.ML.Data;
using PeftSharp.Data;
using PeftSharp.DataView;
using PeftSharp.Tests.Data.Writers;

namespace PeftSharp.Tests.DataView;

/// <summary>Conversion from and to tables of ML.NET. The tables are made and read by ML.NET itself.</summary>
public class DataViewTests
{
    private readonly MLContext _context = new(seed: 0);

    [Fact]
    public void Types_of_ML_NET_become_types_of_columns()
    {
        var view = _context.Data.LoadFromEnumerable(new[]
        {
            new AllTypes
            {
                Text = "a", Single = 0.5f, Double = 0.1, SByte = -1, Byte = 255, Int16 = -300, UInt16 = 65535, Int32 = -5,
                UInt32 = uint.MaxValue, Int64 = long.MinValue, UInt64 = 7,
                Boolean = true, Day = new DateTime(2024, 7, 1), Span = TimeSpan.FromMinutes(1),
                Offset = new DateTimeOffset(2024, 7, 1, 2, 0, 0, TimeSpan.FromHours(2)), Vector = [1f, float.NaN], Words = ["x", "y"],
            },
        });
        var data = Dataset.FromDataView(view);
        string.Join(" ", data.Features.Select(column => $"{column.Key}:{column.Value}")).Should().Be(
            "Text:Value(string) Single:Value(float32) Double:Value(float64) SByte:Value(int32) Byte:Value(int32) Int16:Value(int32) "
            + "UInt16:Value(int32) Int32:Value(int32) UInt32:Value(int64) Int64:Value(int64) UInt64:Value(int64) Boolean:Value(bool) "
            + "Day:Value(timestamp) Span:Value(duration) Offset:Value(timestamp) Vector:Sequence(Value(float32)) "
            + "Words:Sequence(Value(string))");
        data[0].Values.Select(ValueText.Show).Should().Equal("\"a\"", "0.5", "0.1", "-1", "255", "-300", "65535", "-5", "4294967295",
            "-9223372036854775808", "7", "true", "2024-07-01T00:00:00.0000000", "00:01:00", "2024-07-01T00:00:00.0000000Z", "[1, NaN]",
            "[\"x\", \"y\"]");
    }

    [Fact]
    public void Keys_with_names_become_classes_and_missing_keys_null()
    {
        var view = _context.Data.LoadFromEnumerable([new Row("b", ["p", "q"]), new Row("a", ["q"]), new Row("b", [])]);
        var keys = _context.Transforms.Conversion.MapValueToKey("key", "Name")
            .Append(_context.Transforms.Conversion.MapValueToKey("keys", "Tags"));
        var transformer = keys.Fit(view);
        var others = _context.Data.LoadFromEnumerable([new Row("a", ["p", "unseen"]), new Row("unseen", ["q"])]);
        var data = transformer.Transform(others).ToDataset();
        data.Features["key"].Should().Be(new ClassLabel("b", "a"));
        data["key"].Should().Equal(1L, null);
        data.Features["keys"].Should().Be(new Sequence(new ClassLabel("p", "q")));
        data["keys"].Select(ValueText.Show).Should().Equal("[0, null]", "[1]");
    }

    [Fact]
    public void Hidden_columns_are_omitted_and_types_without_a_column_are_named()
    {
        var view = _context.Data.LoadFromEnumerable([new Row("a", ["p"])]);
        var replaced = _context.Transforms.Conversion.MapValueToKey("Name").Fit(view).Transform(view);
        replaced.ToDataset().ColumnNames.Should().BeEquivalentTo("Name", "Tags");
        var large = _context.Data.LoadFromEnumerable([new { Large = ulong.MaxValue }]);
        large.Invoking(it => it.ToDataset()).Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("'Large'");
    }

    [Fact]
    public void A_dataset_is_a_table_that_ML_NET_trains_on()
    {
        var data = Dataset.FromRows(Enumerable.Range(0, 60).Select(i => new { Features = new[] { i % 3, 1f }, Label = i % 3 }))
            .CastColumn("Label", new ClassLabel("zero", "one", "two"));
        var view = data.ToDataView();
        view.Schema["Features"].Type.Should().Be(new VectorDataViewType(NumberDataViewType.Single, 2));
        view.GetRowCount().Should().Be(60);
        var model = _context.MulticlassClassification.Trainers.SdcaMaximumEntropy()
            .Append(_context.Transforms.Conversion.MapKeyToValue("Answer", "PredictedLabel")).Fit(view);
        model.Transform(view).GetColumn<string>("Answer").Distinct().Should().BeEquivalentTo("zero", "one", "two");
    }

    [Fact]
    public void Rows_come_back_unchanged() =>
        RoundTripTests.Rows(Gen.Select(Gen.String[0, 5], Gen.Long, Gen.Double, Gen.Bool, Gen.Int.Array[0, 3], Gen.Float)
            .Select(row => new { row.Item1, row.Item2, row.Item3, row.Item4, row.Item5, row.Item6, Word = new[] { row.Item1, "x" } }))
        .Sample(data => RoundTripTests.Same(data, Dataset.FromDataView(data.ToDataView())), iter: 50, threads: 1);

    [Fact]
    public void Null_is_what_ML_NET_has_for_it_or_an_error()
    {
        var data = Dataset.FromDict(("text", new[] { "a", null }), ("x", new float?[] { null, 1 }), ("label", new long?[] { null, -1 }),
            ("n", new long?[] { 1, null })).CastColumn("label", new ClassLabel("no"));
        var view = data.ToDataView();
        view.GetColumn<string>("text").Should().Equal("a", "");
        view.GetColumn<float>("x").Should().Equal(float.NaN, 1);
        view.GetColumn<uint>("label").Should().Equal(0u, 0u);
        FluentActions.Invoking(() => view.GetColumn<long>("n").ToArray()).Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("'n' is null in row 1");
    }

    [Fact]
    public void A_type_that_ML_NET_does_not_have_is_refused_by_name()
    {
        foreach (var data in new[]
        {
            Dataset.FromDict(("column", new[] { new[] { new[] { 1 } } })),
            Dataset.FromDict(("column", new[] { new byte[] { 1 } })),
            Dataset.FromDict(("column", new[] { new Dictionary<string, object?> { ["a"] = 1 } })),
            Dataset.FromDict(("column", new[] { TimeOnly.MinValue })),
        })
            data.Invoking(it => it.ToDataView()).Should().ThrowExactly<DatasetException>()
                .Which.Message.Should().Contain("Column 'column'");
    }

    private sealed record Row(string Name, string[] Tags);

    private sealed class AllTypes
    {
        public string Text { get; set; } = "";
        public float Single { get; set; }
        public double Double { get; set; }
        public sbyte SByte { get; set; }
        public byte Byte { get; set; }
        public short Int16 { get; set; }
        public ushort UInt16 { get; set; }
        public int Int32 { get; set; }
        public uint UInt32 { get; set; }
        public long Int64 { get; set; }
        public ulong UInt64 { get; set; }
        public bool Boolean { get; set; }
        public DateTime Day { get; set; }
        public TimeSpan Span { get; set; }
        public DateTimeOffset Offset { get; set; }
        public float[] Vector { get; set; } = [];
        public string[] Words { get; set; } = [];
    }
}
