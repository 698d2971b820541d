using System.IO.Compression;
using System.Text;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Compressed files, Git LFS pointers, chosen columns, and files with different columns or types.</summary>
public class DataFileTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string WriteBytes(string name, byte[] bytes)
    {
        var file = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(file, bytes);
        return file;
    }

    private static byte[] GZip(string text)
    {
        using var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.Fastest))
            zip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }

    private static byte[] Zip(params (string Name, string Text)[] entries)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create))
            foreach (var (name, text) in entries)
                using (var writer = new StreamWriter(archive.CreateEntry(name).Open()))
                    writer.Write(text);
        return bytes.ToArray();
    }

    private string Refusal(string file, DatasetLoadOptions? options = null) =>
        FluentActions.Invoking(() => Datasets.LoadDataset(file, "train", options)).Should().ThrowExactly<DatasetException>().Which.Message;

    [Theory]
    [InlineData("x.jsonl.gz", "{\"a\": 1}\n{\"a\": 2}\n")]
    [InlineData("x.json.gz", "[{\"a\": 1}, {\"a\": 2}]")]
    [InlineData("x.csv.gz", "a\n1\n2\n")]
    [InlineData("x.tsv.gz", "a\tb\n1\tx\n2\ty\n")]
    [InlineData("x.jsonl", "{\"a\": 1}\n{\"a\": 2}\n")]               // compressed although the name does not say so
    public void Compressed_text_files_are_decompressed(string name, string text)
    {
        Datasets.LoadDataset(WriteBytes(name, GZip(text)), "train")["a"].ToArray<long>().Should().Equal(1L, 2L);
        Datasets.LoadDataset(WriteBytes(name, Zip(("inner", text))), "train")["a"].ToArray<long>().Should().Equal(1L, 2L);
    }

    [Fact]
    public void Compressed_lines_of_text_are_decompressed_and_found_in_folders()
    {
        WriteBytes("train.txt.gz", [.. GZip("one\n"), .. GZip("two\n")]);          // two members, as 'cat a.gz b.gz' makes them
        WriteBytes("test.txt.gz", GZip("three"));
        var splits = Datasets.LoadDataset(_folder.Path);
        splits["train"]["text"].GetStrings().Should().Equal("one", "two");
        splits["test"]["text"].GetStrings().Should().Equal("three");
    }

    [Fact]
    public void A_compression_that_is_not_supported_is_named()
    {
        Assert.Contains("compressed with bzip2", Refusal(WriteBytes("x.csv.bz2", "BZh91AY"u8.ToArray())));
        Assert.Contains("compressed with xz", Refusal(WriteBytes("x.txt.xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00])));
        Assert.Contains("compressed with brotli", Refusal(WriteBytes("x.txt.br", [0x8B, 0x01])));
        Assert.Contains("decompress the file", Refusal(WriteBytes("x.parquet.gz", GZip("PAR1"))));
        Assert.Contains("cannot be read as Parquet: Invalid: ", Refusal(WriteBytes("x.parquet", "PAR1 and no more"u8.ToArray())));
        Assert.Contains("is a Parquet file", Refusal(WriteBytes("x.csv", "PAR1PAR1"u8.ToArray())));
        Assert.Contains(
            "damaged or incomplete", Refusal(WriteBytes("y.jsonl.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7])));
    }

    [Theory]
    [InlineData(1)]                                             // within the trailer
    [InlineData(9)]                                             // within the last block
    [InlineData(300)]
    [InlineData(2_000)]
    public void A_gzip_file_that_was_cut_off_is_refused_instead_of_read_as_fewer_rows(int missing)
    {
        var lines = string.Concat(Enumerable.Range(0, 2_000).Select(i => $"{i},{i * 7919L % 1_000_003}\n"));
        foreach (var (name, header) in new[] { ("x.csv.gz", "a,b\n"), ("x.txt.gz", "") })
        {
            var whole = GZip(header + lines);
            Assert.Equal(2_000, Datasets.LoadDataset(WriteBytes(name, whole), "train").Count);
            Refusal(WriteBytes(name, whole[..^missing])).Should().Contain("damaged or incomplete");
            Refusal(WriteBytes(name, [.. whole, .. whole[..^missing]])).Should().Contain("damaged or incomplete");
        }
    }

    [Theory]
    [InlineData("x.parquet")]
    [InlineData("x.jsonl")]
    [InlineData("x.csv")]
    [InlineData("x.txt")]
    public void A_Git_LFS_pointer_is_recognized_in_every_format(string name)
    {
        var message = Refusal(_folder.Write(name, "version https://git-lfs.github.com/spec/v1\n"
            + "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"));
        message.Should().ContainAll(
            $"{name}' is a Git LFS pointer, a small text file that replaces the actual file of 12345 bytes", "git lfs pull");
    }

    [Fact]
    public void Only_the_chosen_columns_of_text_formats_are_kept()
    {
        var options = new DatasetLoadOptions { Columns = ["c", "a"] };
        foreach (var file in new[]
        {
            // The column b has two types, but it is not read.
            _folder.Write("x.jsonl", "{\"a\": 1, \"b\": 1, \"c\": \"x\"}\n{\"a\": 2, \"b\": \"two\", \"c\": \"y\"}\n"),
            _folder.Write("y.json", "{\n\"a\": [1, 2], \"b\": 5, \"c\": [\"x\", \"y\"]}"),
            _folder.Write("z.csv", "a,b,c\n1,?,x\n2,,y\n"),
        })
        {
            var read = Datasets.LoadDataset(file, "train", options);
            read.ColumnNames.Should().Equal("c", "a");
            read["a"].ToArray<long>().Should().Equal(1L, 2L);
            Refusal(file, new DatasetLoadOptions { Columns = ["d"] }).Should().Contain($"{Path.GetFileName(file)}' has no column 'd'");
        }
        Assert.Contains("Columns: text", Refusal(_folder.Write("x.txt", "line"), options));
    }

    [Fact]
    public void Records_of_several_files_have_the_fields_of_all()
    {
        _folder.Write("a.jsonl", "{\"y\": {\"k\": null}, \"l\": [{\"p\": 1}]}\n{\"y\": null, \"l\": []}\n");
        _folder.Write("b.jsonl", "{\"y\": {\"k\": \"v\", \"m\": 3}, \"l\": [{\"q\": {\"r\": 2}}]}\n");
        var read = Datasets.LoadDataset(_folder.Path, "train");
        Assert.Equal("{k: null, m: null}", ValueText.Show(read["y"][0]));
        Assert.Equal("{k: \"v\", m: 3}", ValueText.Show(read["y"][2]));
        Assert.Equal("[{p: 1, q: null}]", ValueText.Show(read["l"][0]));
        Assert.Equal("[{p: null, q: {r: 2}}]", ValueText.Show(read["l"][2]));
        // Equals: FluentAssertions alone takes the objects 1, 1L and 1.0 for the same.
        read["y"].Field("m").Should().Equal<object?>([null, null, 3L], Equals);
        Assert.True(read["y"].IsNull(1));
    }

    [Fact]
    public void Records_of_several_batches_of_a_map_have_the_fields_of_all()
    {
        var rows = Dataset.FromDict(("i", new[] { 0, 1, 2 }));
        var mapped = rows.Map(batch => new Dictionary<string, object?>
        {
            ["r"] = batch.Indices
                .Select(i => i == 1 ? new Dictionary<string, object?> { ["b"] = "x" } : new Dictionary<string, object?> { ["a"] = i })
                .ToArray(),
        }, batched: true, batchSize: 1);
        mapped["r"].Select(ValueText.Show).Should().Equal("{a: 0, b: null}", "{a: null, b: \"x\"}", "{a: 2, b: null}");
        mapped.Select([2, 0]).FlattenIndices()["r"].Select(ValueText.Show).Should().Equal("{a: 2, b: null}", "{a: 0, b: null}");
    }

    [Fact]
    public void Files_whose_types_differ_are_rejected_even_after_a_file_without_values()
    {
        _folder.Write("a.jsonl", "{\"x\": null}\n");
        _folder.Write("b.jsonl", "{\"x\": 1}\n");
        _folder.Write("c.jsonl", "{\"x\": \"text\"}\n");
        var message = Refusal(_folder.Path);
        Assert.Contains("Column 'x' has different types in the datasets: Value(int64) and Value(string)", message);
        Assert.Contains("c.jsonl", message);
    }

    [Fact]
    public void The_message_about_an_absent_column_suggests_another_delimiter()
    {
        var read = Datasets.LoadDataset(_folder.Write("x.csv", "text;label\na;1\n"), "train");
        FluentActions.Invoking(() => read["text"])
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("separated by ';', set DatasetLoadOptions.Delimiter");
        FluentActions.Invoking(() => PeftSharp.Models.TokenizationExtensions.Tokenize(read, Prediction.Recorded.Tokenizer()))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("DatasetLoadOptions.Delimiter")
            .And.NotContain("Tokenize(tokenizer,");                          // text;label is not the name of a column
        FluentActions.Invoking(() => Dataset.FromDict(("a", new[] { 1 }))["text"])
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().NotContain("Delimiter");
    }

    [Fact]
    public void The_message_about_an_absent_column_of_a_csv_file_suggests_that_the_file_has_no_header()
    {
        const string Hint = "If the file has no header, set DatasetLoadOptions.ColumnNames.";
        string Absent(Dataset data) =>
            data.Invoking(read => read["label"]).Should().ThrowExactly<DatasetException>().Which.Message;
        var file = _folder.Write("x.csv", "good,a\nbad,b\n");
        var read = Datasets.LoadDataset(file, "train");
        foreach (var data in new[]
        {
            read, read.Shuffle(1), read.Select([0]).FlattenIndices(), read.ClassEncodeColumn("a").ClassEncodeColumn("good"),
            Datasets.ConcatenateDatasets([read, read]),
        })
            Absent(data).Should().StartWith("There is no column 'label'. Columns: good, a.").And.EndWith(Hint);
        Absent(Datasets.LoadDataset(file, "train", new() { ColumnNames = ["x", "y"] })).Should().NotContain("header");
        Absent(read.RenameColumns(new Dictionary<string, string> { ["good"] = "x", ["a"] = "y" })).Should().NotContain("header");
    }
}
