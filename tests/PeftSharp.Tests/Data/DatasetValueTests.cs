using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Values keep their types, precision and names, or an exception is thrown.</summary>
public class DatasetValueTests
{
    private enum Color { Red, Green, Blue }
    private enum Level : byte { High = 9, Low = 1 }
    private sealed record Item(Color Color, Level? Level, Guid Id, string Text);
    private sealed class Bare { public int Field = 1; }
    private static readonly int[] OneTwo = [1, 2];

    [Fact]
    public void Arrays_are_read_by_their_own_type()       // to the runtime a uint[] is an int[] too
    {
        Column Of(System.Collections.IEnumerable values) => Dataset.FromDict(("x", values))["x"];
        Of(new uint[] { uint.MaxValue }).ToArray<long>().Should().Equal(4294967295L);
        Of(new ulong[] { int.MaxValue }).ToArray<long>().Should().Equal(int.MaxValue);
        Of(new sbyte[] { -1 }).ToArray<int>().Should().Equal(-1);
        Of(new ushort[] { 65535 }).ToArray<int>().Should().Equal(65535);
        Of(new[] { new uint[] { uint.MaxValue } }).GetInt64s(0).ToArray().Should().Equal(4294967295L);
        Assert.Equal(new Sequence(new Value("int32")), Of(new[] { new sbyte[] { -1 } }).Feature);
        Assert.Equal(new Value("binary"), Of(new[] { new byte[] { 1 } }).Feature);
        Assert.Equal(new ClassLabel("Red", "Green", "Blue"), Of(new[] { Color.Blue }).Feature);
        FluentActions.Invoking(() => Of(new ulong[] { ulong.MaxValue }))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("row 0: The integer 18446744073709551615 is above the maximum of int64");
    }

    [Fact]
    public void Enums_become_class_labels_and_other_values_keep_their_text()
    {
        var id = Guid.Parse("01234567-89ab-cdef-0123-456789abcdef");
        var read = Dataset.FromRows(
            [new Item(Color.Blue, Level.Low, id, "a"), new Item(Color.Red, null, id, "b"), new Item(Color.Green, Level.High, id, "c")]);
        read.Features["Color"].Should().Be(new ClassLabel("Red", "Green", "Blue"));
        read["Color"].ToArray<long>().Should().Equal(2L, 0L, 1L);
        read.Features["Level"].Should().Be(new ClassLabel("Low", "High"));       // numbered from 0 in the order of their values
        // Equals: FluentAssertions alone takes the objects 1, 1L and 1.0 for the same.
        read["Level"].Should().Equal<object?>([0L, null, 1L], Equals);
        Assert.Equal(id.ToString(), read["Id"].GetString(0));
        FluentActions.Invoking(() => Dataset.FromRows([new { c = (Color)7 }]))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("The value 7 is not a member of the enum Color");
        FluentActions.Invoking(() => Dataset.FromDict(("x", new object[] { Color.Red, Level.Low })))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("row 1: The column has type ClassLabel(Red, Green, Blue), but this value is");
        FluentActions.Invoking(() => Dataset.FromDict(("x", new object[] { Color.Red, 1L }))).Should().ThrowExactly<DatasetException>();
        Assert.Equal("[1]", ValueText.Show(Dataset.FromRows([new { l = new[] { Color.Green } }])["l"][0]));
        read.Map(row => new Dictionary<string, object?> { ["e"] = (Color)row.GetInt64("Color") }).Features["e"]
            .Should().Be(new ClassLabel("Red", "Green", "Blue"));
    }

    [Fact]
    public void Times_decimals_and_other_values_of_NET_are_kept()
    {
        var rows = Dataset.FromRows([new
        {
            d = 0.1m, t = new TimeOnly(1, 2, 3), s = TimeSpan.FromTicks(1),
            o = new DateTimeOffset(2024, 7, 1, 12, 0, 0, TimeSpan.FromHours(2)), y = new DateOnly(1, 1, 1), h = (Half)0.5, c = 'ß',
            m = new Dictionary<string, int> { ["k"] = 1 },
        }]);
        Assert.Equal("decimal time duration timestamp timestamp float32 string",
            string.Join(' ', rows.Features.Values.OfType<Value>().Select(value => value.Dtype)));
        rows[0].Values.Take(7)
            .Should().Equal<object?>(
                [0.1m, new TimeOnly(1, 2, 3), TimeSpan.FromTicks(1), new DateTime(2024, 7, 1, 10, 0, 0), DateTime.MinValue, 0.5f, "ß"],
                Equals);
        Assert.Equal(DateTimeKind.Utc, ((DateTime)rows["o"][0]!).Kind);
        Assert.Equal("{k: 1}", ValueText.Show(rows["m"][0]));
        rows.Select([0]).FlattenIndices()[0].Values.Take(7).Should().Equal<object?>(rows[0].Values.Take(7), Equals);
    }

    [Fact]
    public void A_local_time_is_stored_as_the_same_instant()
    {
        var instant = new DateTime(2024, 7, 1, 10, 0, 0, DateTimeKind.Utc);
        var kept = (DateTime)Dataset.FromDict(("t", new[] { instant.ToLocalTime() }))["t"][0]!;
        Assert.Equal((instant, DateTimeKind.Utc), (kept, kept.Kind));
    }

    [Fact]
    public void Rows_without_names_are_rejected_with_the_remedy()
    {
        FluentActions.Invoking(() => Dataset.FromRows(new List<(string text, int label)> { ("a", 0) }))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("names of a value tuple exist only in source code. Pass the names");
        FluentActions.Invoking(() => Dataset.FromRows([new Bare { Field = 2 }]))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("Bare has no public properties. Public properties become the columns (fields are ignored)");
        FluentActions.Invoking(() => Dataset.FromRows(["a", "b"]))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Dataset.FromDict");
        FluentActions.Invoking(() => Dataset.FromRows([new Dictionary<string, object?>()]))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Dataset.FromList");
        FluentActions.Invoking(() => Dataset.FromRows([new Item(Color.Red, null, default, "a"), null!]))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Row 1 is null");
        Dataset.FromRows(new List<object> { new { text = "a", label = 1 } }).ColumnNames.Should().Equal("text", "label");
    }

    [Fact]
    public void A_row_shows_its_values() =>
        Assert.Equal("{text: \"a\", label: 1, score: 0.5, ids: [1, 2], none: null}",
            Dataset.FromRows([new { text = "a", label = 1, score = .5, ids = OneTwo, none = (string?)null }])[0].ToString());

    [Theory]
    [InlineData("1", 1)]
    [InlineData("0", 0)]
    [InlineData(" pos ", 1)]
    [InlineData("pos", 1)]
    [InlineData("-1", -1)]
    [InlineData(" 1 ", 1)]
    public void A_class_is_found_by_name_by_trimmed_name_or_by_number(string text, long expected)      // as datasets' str2int
    {
        Dataset.FromDict(("l", new[] { text })).CastColumn("l", new ClassLabel("neg", "pos"))["l"].ToArray<long>().Should().Equal(expected);
        Assert.Equal(expected, new ClassLabel("neg", "pos").Str2Int(text));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("-2")]
    [InlineData("1.0")]
    [InlineData("POS")]
    [InlineData("")]
    public void An_unknown_class_is_rejected(string text) =>
        FluentActions.Invoking(() => Dataset.FromDict(("l", new[] { text })).CastColumn("l", new ClassLabel("neg", "pos")))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain($"row 0: '{text}'");

    [Fact]
    public void A_number_is_looked_up_as_a_class_name_first() => Assert.Equal(0, new ClassLabel("1", "0").Str2Int("1"));

    public static TheoryData<object, string, object?> Casts() => new()
    {
        { 9007199254740993L, "float64", null }, { 9007199254740992L, "float64", 9007199254740992.0 }, { long.MaxValue, "float64", null },
        { 16777217, "float32", null }, { 16777216, "float32", 16777216f },
        { 1e300, "float32", null }, { double.PositiveInfinity, "float32", float.PositiveInfinity }, { 0.1, "float32", 0.1f },
        { double.NaN, "int64", null }, { 9.3e18, "int64", null }, { -0.0, "int64", 0L },
        { 1.5, "int64", null }, { 2.0, "int64", 2L }, { 3000000000L, "int32", null },
        { "0.1234567890123456789012345678901", "decimal", null }, { "0.10", "decimal", 0.10m },
        { 12345678901234567890.12345m, "float64", 12345678901234567890.12345 },
        { 1.5m, "int64", null }, { 0.1, "decimal", 0.1m }, { true, "int64", 1L }, { 2L, "bool", null },
        { "2024-03-31T02:30:00", "timestamp", new DateTime(2024, 3, 31, 2, 30, 0) },
        { "2024-03-31 02:30", "timestamp", new DateTime(2024, 3, 31, 2, 30, 0) },
        { "2024-03-31T02:30:00+02:00", "timestamp", new DateTime(2024, 3, 31, 0, 30, 0, DateTimeKind.Utc) },
        { "03/04/2024", "timestamp", null }, { "01:02:03", "time", new TimeOnly(1, 2, 3) }, { 0.1f, "string", "0.1" },
        { 0.1m, "string", "0.1" },
        { "1e400", "float64", null }, { "9007199254740993", "float64", null }, { "9007199254740992", "float64", 9007199254740992.0 },
        { "Infinity", "float64", double.PositiveInfinity },
    };

    [Theory, MemberData(nameof(Casts))]
    public void A_conversion_is_exact_or_refused(object value, string dtype, object? expected)
    {
        var rows = Dataset.FromDict(("x", new[] { value }));
        if (expected is null)
            FluentActions.Invoking(() => rows.CastColumn("x", new Value(dtype)))
                .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("row 0");
        else
            Assert.Equal(expected, rows.CastColumn("x", new Value(dtype))["x"][0]);
    }

    [Fact]
    public void Numbers_in_lists_are_copied_exactly_or_refused()
    {
        Column Of<T>(params T[] values) => Dataset.FromDict(("x", new[] { values }))["x"];
        Of(9007199254740992L).GetDoubles(0).ToArray().Should().Equal(9007199254740992.0);
        FluentActions.Invoking(() => Of(9007199254740993L).GetDoubles(0).ToArray()).Should().ThrowExactly<DatasetException>();
        FluentActions.Invoking(() => Of(16777217).GetSingles(0).ToArray()).Should().ThrowExactly<DatasetException>();
        FluentActions.Invoking(() => Of(long.MaxValue).GetSingles(0).ToArray()).Should().ThrowExactly<DatasetException>();
        FluentActions.Invoking(() => Of(1e300).GetSingles(0).ToArray()).Should().ThrowExactly<DatasetException>();
        Of(double.NegativeInfinity, 0.1).GetSingles(0).ToArray().Should().Equal(float.NegativeInfinity, 0.1f);
        Of(0.1m).GetSingles(0).ToArray().Should().Equal(0.1f);
        Of(true, false).GetSingles(0).ToArray().Should().Equal(1f, 0f);
    }
}
