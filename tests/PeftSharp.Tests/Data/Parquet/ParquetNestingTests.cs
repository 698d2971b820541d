using Apache.Arrow;
using Apache.Arrow.Types;
using PeftSharp.Data;
using static PeftSharp.Tests.Data.Parquet.ParquetFiles;
using Column = PeftSharp.Data.Column;

namespace PeftSharp.Tests.Data.Parquet;

/// <summary>Lists, structs and maps, with absent and empty ones at each level, over several row groups.</summary>
public class ParquetNestingTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Column Read(IArrowArray values, long rowGroup = 1 << 20, Action<ParquetSharp.WriterPropertiesBuilder>? configure = null) =>
        Datasets.LoadDataset(Write(Path.Combine(_folder.Path, "x.parquet"), [("x", values)], configure, rowGroup), "train")["x"];

    private static string Show(Column column) => string.Join(" ",
        column.Select(value => new Dictionary<string, object?> { ["x"] = value }).Select(ValueText.Fields).Select(text => text[4..^1]));

    [Theory]
    [InlineData(ParquetSharp.ParquetDataPageVersion.V1, 100)]
    [InlineData(ParquetSharp.ParquetDataPageVersion.V2, 100)]
    [InlineData(ParquetSharp.ParquetDataPageVersion.V2, 2)]
    public void Lists_in_lists_keep_what_is_absent_and_what_is_empty(ParquetSharp.ParquetDataPageVersion version, int rowGroup)
    {
        var inner = Lists(new ListType(Int32Type.Default), Int32(1, null, 3, 4, 5), 2, 0, null, 1, 2);
        var column = Read(
            Lists(new ListType(inner.Data.DataType), inner, 3, null, 0, 1, 1), rowGroup, builder => builder.DataPageVersion(version));
        Assert.Equal("[[1, null], [], null] null [] [[3]] [[4, 5]]", Show(column));
        column.Feature.Should().Be(new Sequence(new Sequence(new Value("int32"))));
        column.GetItems(4).GetInt32s(0).ToArray().Should().Equal(4, 5);
    }

    [Fact]
    public void Large_and_fixed_size_lists_are_lists()
    {
        Assert.Equal("[1, 2] null [] [3]", Show(Read(Lists(new LargeListType(Int32Type.Default), Int32(1, 2, 3), 2, null, 0, 1))));
        Assert.Equal(
            "[1, 2] [3, null] [5, 6]", Show(Read(Lists(new FixedSizeListType(Int32Type.Default, 2), Int32(1, 2, 3, null, 5, 6), 2, 2, 2))));
        // Arrow's reader refuses absent lists of fixed size.
        FluentActions.Invoking(() => Read(Lists(new FixedSizeListType(Int32Type.Default, 2), Int32(1, 2, 0, 0, 5, 6), 2, null, 2)))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("column 'x': ");
    }

    [Fact]
    public void Structs_keep_absent_records_and_absent_fields()
    {
        var inner = Structs([("z", Text("q", null, "r"))], true, false, true);
        var column = Read(Structs([("a", Int64(1, null, 3)), ("b", inner)], true, true, false), rowGroup: 2);
        Assert.Equal("{a: 1, b: {z: \"q\"}} {a: null, b: null} null", Show(column));
        Assert.Equal("Struct(a: Value(int64), b: Struct(z: Value(string)))", column.Feature.ToString());
    }

    [Fact]
    public void Lists_of_structs_and_structs_of_lists_are_read()
    {
        var messages =
            Structs([("role", Text("user", "bot", null)), ("ids", Lists(new ListType(Int32Type.Default), Int32(1, 2, 3), 2, 0, 1))],
                true, true, true);
        Assert.Equal("[{role: \"user\", ids: [1, 2]}, {role: \"bot\", ids: []}] [] null [{role: null, ids: [3]}]",
            Show(Read(Lists(new ListType(messages.Data.DataType), messages, 2, 0, null, 1), rowGroup: 2)));
    }

    [Fact]
    public void A_map_is_a_list_of_keys_and_values()
    {
        var type = new MapType(StringType.Default, Int32Type.Default);
        var entries = ArrowArrayFactory.BuildArray(
            new ArrayData(type.KeyValueType, 3, 0, 0, [ArrowBuffer.Empty], [Text("a", "b", "c").Data, Int32(1, null, 3).Data]));
        Assert.Equal("[{key: \"a\", value: 1}, {key: \"b\", value: null}] null [] [{key: \"c\", value: 3}]",
            Show(Read(Lists(type, entries, 2, null, 0, 1))));
    }

    [Fact]
    public void The_error_of_a_value_within_lists_names_its_row()
    {
        var inner = Lists(new ListType(UInt64Type.Default), Raw<ulong>(UInt64Type.Default, 1, 2, ulong.MaxValue), 0, 2, 0, 1);
        FluentActions.Invoking(() => Read(Lists(new ListType(inner.Data.DataType), inner, 0, 1, null, 1, 0, 2)))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("column 'x', row 5: The unsigned integer");
    }

    [Fact]
    public void Files_without_rows_keep_their_columns_and_types()
    {
        var lists = Lists(new ListType(StringType.Default), Text());
        var file = Write(Path.Combine(_folder.Path, "x.parquet"),
        [
            ("i", Int64()), ("s", Text()), ("l", lists),
            ("r", Structs([("d", Raw<int>(Date32Type.Default)), ("t", Raw<long>(new Time64Type(TimeUnit.Microsecond)))])),
            ("b", new BooleanArray.Builder().Build()),
        ]);
        var read = Datasets.LoadDataset(file, "train");
        read.Should().BeEmpty();
        Assert.Equal("Value(int64), Value(string), Sequence(Value(string)), Struct(d: Value(timestamp), t: Value(time)), Value(bool)",
            string.Join(", ", read.Features.Values));
    }
}
