using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Arrow files with compressed record batches, as pyarrow writes Feather files.</summary>
public sealed class CompressedArrowTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(CompressionCodecType.Lz4Frame, false), InlineData(CompressionCodecType.Lz4Frame, true)]
    [InlineData(CompressionCodecType.Zstd, false), InlineData(CompressionCodecType.Zstd, true)]
    public void All_types_of_compressed_columns_are_read(CompressionCodecType codec, bool hasFooter)
    {
        var dataset = SavedDatasets.AllTypes(300);
        var file = Write(dataset, codec, hasFooter);
        var read = Datasets.LoadDataset(file, "train");
        SavedDatasets.ShouldEqual(read, dataset);
        var mapped = read.Map(row => new Dictionary<string, int> { ["n"] = row.Index }, cache: new MapCache(_folder.File("cache"), "n"));
        mapped["n"].ToArray<int>().Should().Equal(Enumerable.Range(0, 300));
        read.Map(row => new Dictionary<string, int> { ["n"] = -1 }, cache: new MapCache(_folder.File("cache"), "n"))["n"].ToArray<int>()
            .Should().Equal(mapped["n"].ToArray<int>(), "the stored result is used");
        Datasets.StreamDataset(file, "train").Count().Should().Be(300);
    }

    [Theory, InlineData(CompressionCodecType.Lz4Frame), InlineData(CompressionCodecType.Zstd)]
    public void Compressed_dictionaries_are_read(CompressionCodecType codec)
    {
        var type = new Apache.Arrow.Types.DictionaryType(
            Apache.Arrow.Types.Int32Type.Default, Apache.Arrow.Types.StringType.Default, ordered: false);
        var values = new StringArray.Builder().AppendRange(["a", "b"]).Build();
        var indices = new Int32Array.Builder().AppendRange(Enumerable.Range(0, 500).Select(i => i % 2)).Build();
        var schema = new Schema([new Field("category", type, nullable: true)], null);
        using (var stream = File.Create(_folder.File("categories.arrow")))
        using (var writer = new ArrowStreamWriter(stream, schema, leaveOpen: true, Options(codec)))
        {
            writer.WriteRecordBatch(new RecordBatch(schema, [new DictionaryArray(type, indices, values)], 500));
            writer.WriteEnd();
        }
        Datasets.LoadDataset(_folder.File("categories.arrow"), "train")["category"].GetStrings()
            .Should().Equal(Enumerable.Range(0, 500).Select(i => i % 2 == 0 ? "a" : "b"));
    }

    [Theory, InlineData(CompressionCodecType.Lz4Frame), InlineData(CompressionCodecType.Zstd)]
    public void A_damaged_buffer_is_an_error_that_names_the_column(CompressionCodecType codec)
    {
        var file = Write(Dataset.FromDict(("i", Enumerable.Range(0, 5000).Select(i => i / 100).ToArray())), codec, hasFooter: false);
        var bytes = File.ReadAllBytes(file);
        byte[] start = codec == CompressionCodecType.Zstd ? [0x28, 0xB5, 0x2F, 0xFD] : [0x04, 0x22, 0x4D, 0x18];
        bytes[bytes.AsSpan().IndexOf(start)] ^= 1;
        File.WriteAllBytes(file, bytes);
        FluentActions.Invoking(() => Datasets.LoadDataset(file, "train")).Should().ThrowExactly<DatasetException>()
            .WithMessage("*column 'i'*cannot be decompressed*");
    }

    /// <summary>Writes a dataset with the writer of Apache.Arrow.</summary>
    internal static string Write(Dataset dataset, string folder, CompressionCodecType codec, bool hasFooter)
    {
        var (saved, file) = (Path.Combine(folder, "saved"), Path.Combine(folder, "compressed.arrow"));
        Directory.CreateDirectory(folder);
        dataset.SaveToDisk(saved);
        using (var source = File.OpenRead(Directory.GetFiles(saved, "*.arrow").Single()))
        using (var reader = new ArrowStreamReader(source))
        using (var stream = File.Create(file))
        using (var writer = hasFooter ? new ArrowFileWriter(stream, reader.Schema, leaveOpen: true, Options(codec))
            : new ArrowStreamWriter(stream, reader.Schema, leaveOpen: true, Options(codec)))
        {
            while (reader.ReadNextRecordBatch() is { } batch) writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }
        return file;
    }

    private string Write(Dataset dataset, CompressionCodecType codec, bool hasFooter) => Write(dataset, _folder.Path, codec, hasFooter);

    private static IpcOptions Options(CompressionCodecType codec) =>
        new() { CompressionCodec = codec, CompressionCodecFactory = new CompressionCodecFactory() };
}
