using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Folders as versions of Python's datasets write them, written by hand with Apache.Arrow.</summary>
public sealed class PythonLayoutTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _folder.Dispose();
    }

    [Fact]
    public void Class_names_are_read_in_every_spelling_of_lists()
    {
        var labels = new Int64Array.Builder().Append(0).Append(1).Append(1).Build();
        var list = new ListArray(new ListType(Int64Type.Default), 2,
            new ArrowBuffer.Builder<int>().Append(0).Append(2).Append(3).Build(), labels, ArrowBuffer.Empty);
        var large = new LargeListArray(new LargeListType(Int64Type.Default), 2,
            new ArrowBuffer.Builder<long>().Append(0).Append(1).Append(3).Build(), labels, ArrowBuffer.Empty);
        const string Label = """{"names": ["no", "yes"], "_type": "ClassLabel"}""";
        Write($$$"""
            {
              "old": {"feature": {{{Label}}}, "length": -1, "id": null, "_type": "Sequence"},
              "new": {"feature": {{{Label}}}, "_type": "List"},
              "large": {"feature": {{{Label}}}, "_type": "LargeList"}, "bare": [{{{Label}}}],
              "fixed": {"feature": {{{Label}}}, "length": 1, "_type": "List"},
              "lists": {"feature": {"tag": {{{Label}}}, "other": {"dtype": "int64", "id": null, "_type": "Value"}}, "_type": "Sequence"},
              "label": {"num_classes": 2, "names": ["no", "yes"], "names_file": null, "id": null, "_type": "ClassLabel"}
            }
            """,
            ("old", list), ("new", list), ("large", large), ("bare", list),
            ("fixed", new FixedSizeListArray(new FixedSizeListType(Int64Type.Default, 1), 2, labels, ArrowBuffer.Empty)),
            ("lists", new StructArray(
                new StructType([new Field("tag", list.Data.DataType, true), new Field("other", list.Data.DataType, true)]),
                2, [list, list], ArrowBuffer.Empty)),
            ("label", new Int64Array.Builder().Append(1).Append(0).Build()));
        var loaded = Dataset.LoadFromDisk(_folder.Path);
        var feature = new Sequence(new ClassLabel("no", "yes"));
        foreach (var name in new[] { "old", "new", "large", "bare", "fixed" })
            loaded.Features[name].Should().Be(feature, name);
        loaded.Features["lists"].Should().Be(new Struct(new OrderedDictionary<string, Feature>
        {
            ["tag"] = feature, ["other"] = new Sequence(new Value("int64")),
        }));
        loaded.GetClassNames("label").Should().Equal("no", "yes");
        loaded["old"].GetInt64s(0).ToArray().Should().Equal(0, 1);
        loaded["large"].GetInt64s(1).ToArray().Should().Equal(1, 1);
        loaded["fixed"].GetInt64s(1).ToArray().Should().Equal(1);
        loaded.Format.Columns.Should().Equal("old");
    }

    [Fact]
    public void Types_that_dotnet_does_not_have_are_read_as_the_next_wider_one()
    {
        Write("null", ("int8", new Int8Array.Builder().Append(-1).Append(1).Build()),
            ("uint8", new UInt8Array.Builder().Append(255).Append(1).Build()),
            ("int16", new Int16Array.Builder().Append(-1).Append(1).Build()),
            ("uint32", new UInt32Array.Builder().Append(uint.MaxValue).Append(1).Build()),
            ("uint64", new UInt64Array.Builder().Append(5).Append(ulong.MaxValue).Build()),
            ("half", new HalfFloatArray.Builder().Append((Half)1.5).Append((Half)2).Build()),
            ("date", new Date32Array.Builder().Append(new DateTime(2024, 2, 29)).Append(DateTime.UnixEpoch).Build()),
            ("large", new LargeStringArray.Builder().Append("ü").AppendNull().Build()),
            ("mask", new ListArray(new ListType(Int8Type.Default), 2, new ArrowBuffer.Builder<int>().Append(0).Append(2).Append(3).Build(),
                new Int8Array.Builder().Append(1).Append(1).Append(0).Build(), ArrowBuffer.Empty)),
            ("amount", new Decimal128Array.Builder(new Decimal128Type(10, 2)).Append(-1.25m).AppendNull().Build()));
        var loaded = Dataset.LoadFromDisk(_folder.Path);
        loaded["int8"].ToArray<int>().Should().Equal(-1, 1);
        loaded["uint8"].ToArray<int>().Should().Equal(255, 1);
        loaded["int16"].ToArray<int>().Should().Equal(-1, 1);
        loaded["uint32"].ToArray<long>().Should().Equal(uint.MaxValue, 1);
        loaded["half"].ToArray<float>().Should().Equal(1.5f, 2);
        loaded["date"].ToArray<DateTime>()[0].Should().Be(new DateTime(2024, 2, 29));
        loaded["large"].ToArray().Should().Equal(["ü", null]);
        loaded["mask"].GetInt64s(0).ToArray().Should().Equal(1, 1);
        loaded["amount"].ToArray<decimal?>().Should().Equal([-1.25m, null]);
        loaded["uint64"].GetInt64(0).Should().Be(5);
        loaded.Invoking(d => d["uint64"].GetInt64(1)).Should().Throw<DatasetException>().WithMessage("*'uint64'*18446744073709551615*");
    }

    private void Write(string features, params (string Name, IArrowArray Values)[] columns)
    {
        var schema = new Schema(columns.Select(column => new Field(column.Name, column.Values.Data.DataType, true)), null);
        using (var writer = new ArrowStreamWriter(File.Create(_folder.File("dataset.arrow")), schema, leaveOpen: false))
        {
            writer.WriteRecordBatch(new RecordBatch(schema, columns.Select(column => column.Values), columns[0].Values.Length));
            writer.WriteEnd();
        }
        File.WriteAllText(_folder.File("state.json"), $$"""
            {"_data_files": [{"filename": "dataset.arrow"}], "_fingerprint": "1c32317fa3b1799d", "_format_columns": ["{{columns[0].Name}}"],
             "_format_kwargs": {}, "_format_type": "numpy", "_indexes": {}, "_indices_data_files": null, "_output_all_columns": false,
             "_split": "train"}
            """);
        File.WriteAllText(_folder.File("dataset_info.json"), $$$"""
            {"builder_name": "csv", "citation": "", "features": {{{features}}}, "version": {"version_str": "0.0.0", "major": 0}}
            """);
    }
}
