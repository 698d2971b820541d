using Apache.Arrow.Types;
using PeftSharp.Data;
using static PeftSharp.Tests.Data.Parquet.ParquetFiles;

namespace PeftSharp.Tests.Data.Parquet;

/// <summary>Chosen columns, class names in the metadata, and files that cannot be read.</summary>
public class ParquetFileTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string FileName => Path.Combine(_folder.Path, "x.parquet");

    private Dataset ReadDeclared(string features, params (string, Apache.Arrow.IArrowArray)[] columns) => Datasets.LoadDataset(
        Write(FileName, columns,
            metadata: new Dictionary<string, string> { ["huggingface"] = $$$"""{"info": {"features": {{{features}}}}}""" }), "train");

    private const string Label = """{"names": ["neg", "pos"], "_type": "ClassLabel"}""";

    [Fact]
    public void Class_names_written_by_datasets_make_a_class_label()
    {
        var read = ReadDeclared($$"""{"label": {{Label}}, "text": {"dtype": "string", "_type": "Value"} }""", ("label", Int64(1, 0, -1)),
            ("text", Text("a", "b", "c")));
        read.Features["label"].Should().Be(new ClassLabel("neg", "pos"));
        read["label"].ToArray<long>().Should().Equal(1L, 0L, -1L);        // -1: a label kept secret
        read.Features["text"].Should().Be(new Value("string"));
    }

    [Theory]
    [InlineData("""{"feature": LABEL, "length": -1, "_type": "Sequence"}""")]
    [InlineData("""{"feature": LABEL, "_type": "List"}""")]
    [InlineData("""{"feature": LABEL, "_type": "LargeList"}""")]
    [InlineData("""[LABEL]""")]
    public void Class_names_within_lists_are_read_in_every_form(string declared)
    {
        var tags = Lists(new ListType(Int64Type.Default), Int64(1, 0, 1), 2, null, 1);
        var read = ReadDeclared($$"""{"tags": {{declared.Replace("LABEL", Label)}}}""", ("tags", tags));
        read.Features["tags"].Should().Be(new Sequence(new ClassLabel("neg", "pos")));
        read["tags"].GetInt64s(0).ToArray().Should().Equal(1L, 0L);
        read["tags"].GetItems(2).Feature.Should().Be(new ClassLabel("neg", "pos"));
    }

    [Fact]
    public void Class_names_within_records_are_read()
    {
        var record = Structs([("l", Int64(1, 0)), ("s", Lists(new ListType(Int64Type.Default), Int64(0), 1, 0))], true, true);
        var features = $$$"""
            {"plain": {"l": {{{Label}}}, "s": [{"dtype": "int64", "_type": "Value"}]},
            "lists": {"feature": {"s": {{{Label}}} }, "_type": "Sequence"}}
            """;
        var read = ReadDeclared(features, ("plain", record), ("lists", record));
        Assert.Equal("Struct(l: ClassLabel(neg, pos), s: Sequence(Value(int64)))", read.Features["plain"].ToString());
        Assert.Equal("Struct(l: Value(int64), s: Sequence(ClassLabel(neg, pos)))", read.Features["lists"].ToString());
    }

    [Fact]
    public void A_label_outside_its_names_is_refused_with_file_and_row() =>
        FluentActions.Invoking(() => ReadDeclared($$"""{"label": {{Label}} }""", ("label", Int64(1, 2))))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().MatchRegex("x.parquet'.*'label', row 1: '2'");

    [Theory]
    [InlineData("""[1, 2]""")]
    [InlineData("""{"label": 5, "other": {"_type": "New"}}""")]
    [InlineData("""{"label": {"_type": "ClassLabel"}}""")]
    public void Declarations_that_are_not_known_change_nothing(string features) =>
        ReadDeclared(features, ("label", Int64(1))).Features["label"].Should().Be(new Value("int64"));

    [Fact]
    public void Only_the_chosen_columns_are_read()
    {
        Write(FileName, [("bad", Raw<ulong>(UInt64Type.Default, ulong.MaxValue)), ("a", Int64(1)),
            ("l", Lists(new ListType(Int64Type.Default), Int64(5), 1)), ("b", Text("t"))]);
        Dataset Read(params string[] columns) => Datasets.LoadDataset(FileName, "train", new DatasetLoadOptions { Columns = columns });
        Read("b", "l").ColumnNames.Should().Equal("b", "l");
        Assert.Equal("t", Read("b", "l")["b"].GetString(0));
        Read("b", "l")["l"].GetInt64s(0).ToArray().Should().Equal(5);
        FluentActions.Invoking(() => Read("a", "bad"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("column 'bad', row 0");
        FluentActions.Invoking(() => Read("c"))
            .Should().ThrowExactly<DatasetException>()
            .Which.Message.Should().Contain("x.parquet' has no column 'c'. Columns: bad, a, l, b.");
        FluentActions.Invoking(() => Read("a", "a"))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("contains 'a' 2 times");
        FluentActions.Invoking(() => Read()).Should().ThrowExactly<ArgumentException>();
    }

    [Fact]
    public void A_file_that_is_not_Parquet_is_named() =>
        FluentActions.Invoking(() => Datasets.LoadDataset(_folder.Write("x.parquet", "this is text, not Parquet")))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("x.parquet");

    [Fact]
    public void A_file_cut_off_or_changed_is_refused_and_never_read_as_other_values()
    {
        Write(FileName, [("a", Int64([.. Enumerable.Range(0, 1000).Select(i => (long?)i)])),
            ("b", Text([.. Enumerable.Range(0, 1000).Select(i => $"text {i}")]))]);
        var whole = File.ReadAllBytes(FileName);
        foreach (var length in new[] { 0, 4, 100, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(FileName, whole[..length]);
            FluentActions.Invoking(() => Datasets.LoadDataset(FileName))
                .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("x.parquet");
        }
    }

    [Fact]
    public void A_changed_byte_is_detected_if_pages_have_checksums()
    {
        Write(FileName, [("a", Int64([.. Enumerable.Range(0, 1000).Select(i => (long?)i)]))],
            builder => builder.EnablePageChecksum().DisableDictionary().Compression(ParquetSharp.Compression.Uncompressed));
        var bytes = File.ReadAllBytes(FileName);
        bytes[4000] ^= 1;                                                    // within the values
        File.WriteAllBytes(FileName, bytes);
        FluentActions.Invoking(() => Datasets.LoadDataset(FileName))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("column 'a'");
    }

    [Fact]
    public void Damaged_files_give_rows_or_a_typed_error()
    {
        var texts = Text([.. Enumerable.Range(0, 100).Select(i => $"{i}")]);
        Write(FileName, [("a", Int64([.. Enumerable.Range(0, 50).Select(i => (long?)i)])),
            ("l", Lists(new ListType(StringType.Default), texts, [.. Enumerable.Repeat((int?)2, 50)]))]);
        var whole = File.ReadAllBytes(FileName);
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var bytes = (byte[])whole.Clone();
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(FileName, bytes);
            if (Record.Exception(() => Datasets.LoadDataset(FileName, "train")) is { } error)
                error.Should().BeOfType<DatasetException>().Which.Message.Should().Contain("x.parquet");
        }
    }

    [Fact]
    public void Many_rows_over_many_row_groups_keep_their_order()
    {
        var count = 200_000;
        Write(FileName, [("i", Int64([.. Enumerable.Range(0, count).Select(i => (long?)i)])),
            ("s", Text([.. Enumerable.Range(0, count).Select(i => i % 3 == 0 ? null : $"{i}")]))], rowGroup: 7_001);
        var read = Datasets.LoadDataset(FileName, "train");
        read["i"].ToArray<long>().Should().Equal(Enumerable.Range(0, count).Select(i => (long)i));
        read["s"].Cast<string?>().Should().Equal(Enumerable.Range(0, count).Select(i => i % 3 == 0 ? null : $"{i}"));
    }

    [Fact]
    public void A_missing_native_library_says_which_package_and_platform()
    {
        var error = new TypeInitializationException("ParquetSharp.X", new DllNotFoundException("Unable to load ParquetSharpNative"));
        Assert.True(NativeParquet.IsMissing(error));
        Assert.False(NativeParquet.IsMissing(new InvalidOperationException("other")));
        NativeParquet.Missing(error).Message
            .Should().ContainAll("the package ParquetSharp cannot be loaded on", "Unable to load ParquetSharpNative");
    }
}
