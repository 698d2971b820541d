using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Incomplete, damaged and malicious Arrow files are errors, never wrong accesses to memory.</summary>
public sealed class ArrowDamageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.File("saved/data-00000-of-00001.arrow");

    public void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _folder.Dispose();
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_an_error()
    {
        SavedDatasets.AllTypes(3).SelectColumns("int64", "string", "ids").SaveToDisk(_folder.File("saved"));
        var bytes = File.ReadAllBytes(Data);
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(Data, bytes[..length]);
            FluentActions.Invoking(() => Dataset.LoadFromDisk(_folder.File("saved"), keepInMemory: true)).Should().Throw<DatasetException>()
                .WithMessage("*data-00000-of-00001.arrow'*");
        }
    }

    [Fact]
    public void A_file_in_the_file_format_that_is_cut_off_anywhere_is_an_error()
    {
        var ids = new Int32Array.Builder().Append(1).Append(2).Build();
        var schema = new Schema([new Field("ids", Int32Type.Default, true)], null);
        using (var writer = new ArrowFileWriter(File.Create(_folder.File("x.arrow")), schema, leaveOpen: false))
        {
            writer.WriteRecordBatch(new RecordBatch(schema, [ids], 2));
            writer.WriteEnd();
        }
        Datasets.LoadDataset(_folder.File("x.arrow"), "train")["ids"].ToArray<int>().Should().Equal(1, 2);
        var bytes = File.ReadAllBytes(_folder.File("x.arrow"));
        for (var length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(_folder.File($"{length}.arrow"), bytes[..length]);
            FluentActions.Invoking(() => Datasets.LoadDataset(_folder.File($"{length}.arrow"))).Should().Throw<DatasetException>();
        }
    }

    [Fact]
    public void Changed_bytes_give_other_values_or_an_error_but_no_other_exception()
    {
        SavedDatasets.AllTypes(12).SaveToDisk(_folder.File("saved"));
        var bytes = File.ReadAllBytes(Data);
        var random = new Random(42);
        var errors = 0;
        for (var attempt = 0; attempt < 400; attempt++)
        {
            var changed = (byte[])bytes.Clone();
            for (var i = 0; i < 1 + attempt % 3; i++)
                changed[random.Next(bytes.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(Data, changed);
            try
            {
                var dataset = Dataset.LoadFromDisk(_folder.File("saved"), keepInMemory: attempt % 2 == 0);
                foreach (var name in dataset.ColumnNames)
                    for (var row = 0; row < dataset.Count; row++)
                        _ = dataset[name][row];
            }
            catch (DatasetException error)
            {
                error.Message.Should().Contain("'");
                errors++;
            }
            File.Delete(Data);                                 // mapped: the next file is another one
        }
        errors.Should().BeGreaterThan(20);
    }

    [Theory]
    [InlineData(0, -1), InlineData(1, 100), InlineData(1, int.MaxValue), InlineData(2, -5), InlineData(2, 0)]
    public void Offsets_outside_the_values_and_decreasing_offsets_are_errors_that_name_file_and_column(int index, int value)
    {
        var dataset = Dataset.FromDict(("ids", new[] { [7, 7, 7], new[] { 8, 8 } }), ("text", new[] { "abc", "de" }));
        dataset.SaveToDisk(_folder.File("saved"));
        var bytes = File.ReadAllBytes(Data);
        // Both columns have the offsets 0, 3, 5.
        byte[] offsets = [0, 0, 0, 0, 3, 0, 0, 0, 5, 0, 0, 0];
        for (var at = bytes.AsSpan().IndexOf(offsets); at >= 0; at = bytes.AsSpan().IndexOf(offsets))
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(at + 4 * index), value);
        File.WriteAllBytes(Data, bytes);
        var loaded = Dataset.LoadFromDisk(_folder.File("saved"));
        foreach (var name in loaded.ColumnNames)
            loaded.Invoking(d => d[name].ToArray()).Should().Throw<DatasetException>()
                .WithMessage($"*data-00000-of-00001.arrow', column '{name}'*offsets*");
        loaded.Invoking(d => d["ids"].GetInt32s(index == 0 ? 0 : 1)).Should().Throw<DatasetException>();
        loaded.Invoking(d => d.SaveToDisk(_folder.File("copy"))).Should().Throw<DatasetException>();
    }

    [Theory]
    [InlineData("state.json", "data-00000-of-00001.arrow", "\\ud800")]
    [InlineData("state.json", "data-00000-of-00001.arrow", "\\u0000")]
    [InlineData("state.json", "_split", "\\udc00")]
    [InlineData("dataset_info.json", "features", "\\ud800")]
    public void A_text_of_the_description_that_is_not_a_text_is_an_error_that_names_the_file(string file, string old, string value)
    {
        Dataset.FromDict(("ids", new[] { 1, 2 })).SaveToDisk(_folder.File("saved"));
        var path = _folder.File($"saved/{file}");
        File.WriteAllText(path, File.ReadAllText(path).Replace(old, value, StringComparison.Ordinal));
        FluentActions.Invoking(() => Dataset.LoadFromDisk(_folder.File("saved"))).Should().Throw<DatasetException>()
            .Which.Message.Should().Contain(path);
    }

    [Fact]
    public void Text_that_is_not_UTF8_is_an_error_when_it_is_read()
    {
        Dataset.FromDict(("text", new[] { "fine", "abcdefgh" })).SaveToDisk(_folder.File("saved"));
        var bytes = File.ReadAllBytes(Data);
        bytes[bytes.AsSpan().IndexOf("abcdefgh"u8)] = 0xFF;
        File.WriteAllBytes(Data, bytes);
        var loaded = Dataset.LoadFromDisk(_folder.File("saved"));
        loaded["text"].GetString(0).Should().Be("fine");
        loaded.Invoking(d => d["text"].GetString(1)).Should().Throw<DatasetException>().WithMessage("*'text'*UTF-8*");
    }

    [Fact]
    public void More_rows_than_a_dataset_can_have_are_refused_by_name()
    {
        var schema = new Schema([new Field("nothing", NullType.Default, true)], null);
        using (var writer = new ArrowStreamWriter(File.Create(_folder.File("many.arrow")), schema, leaveOpen: false))
        {
            writer.WriteRecordBatch(new RecordBatch(schema, [new NullArray(int.MaxValue)], int.MaxValue));
            writer.WriteRecordBatch(new RecordBatch(schema, [new NullArray(1)], 1));
            writer.WriteEnd();
        }
        FluentActions.Invoking(() => Datasets.LoadDataset(_folder.File("many.arrow"))).Should().Throw<DatasetException>()
            .WithMessage("*many.arrow' would have 2147483648 rows*");
        var bytes = File.ReadAllBytes(WriteNulls(int.MaxValue));
        var (found, wanted) = (BitConverter.GetBytes((long)int.MaxValue), BitConverter.GetBytes(int.MaxValue + 1L));
        for (var at = bytes.AsSpan().IndexOf(found); at >= 0; at = bytes.AsSpan().IndexOf(found)) wanted.CopyTo(bytes, at);
        File.WriteAllBytes(_folder.File("one.arrow"), bytes);
        FluentActions.Invoking(() => Datasets.LoadDataset(_folder.File("one.arrow"))).Should().Throw<DatasetException>()
            .WithMessage("*one.arrow' would have 2147483648 rows*");
        var half = Datasets.LoadDataset(WriteNulls(1 << 30), "train");
        FluentActions.Invoking(() => Datasets.ConcatenateDatasets(half, half)).Should().Throw<DatasetException>()
            .WithMessage("*2147483648 rows*");
        half.Invoking(d => d.Repeat(2)).Should().Throw<DatasetException>().WithMessage("*2147483648 rows*");

        string WriteNulls(int rows)
        {
            using var writer = new ArrowStreamWriter(File.Create(_folder.File("half.arrow")), schema, leaveOpen: false);
            writer.WriteRecordBatch(new RecordBatch(schema, [new NullArray(rows)], rows));
            writer.WriteEnd();
            return _folder.File("half.arrow");
        }
    }
}
