using System.IO.Compression;
using System.Text;
using PeftSharp.Data;
using ZstdSharp;

namespace PeftSharp.Tests.Data;

/// <summary>Zip archives of several files, and files that are compressed with zstd.</summary>
public sealed class ArchiveTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string WriteBytes(string name, byte[] bytes)
    {
        var file = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(file, bytes);
        return file;
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

    private static byte[] Zstd(string text)
    {
        using var compressor = new Compressor();
        return compressor.Wrap(Encoding.UTF8.GetBytes(text)).ToArray();
    }

    private static string Refusal(string file, DatasetLoadOptions? options = null) => FluentActions
        .Invoking(() => Datasets.LoadDataset(file, "train", options)).Should().ThrowExactly<DatasetException>().Which.Message;

    [Fact]
    public void The_files_of_an_archive_are_read_in_the_order_of_their_names()
    {
        var file = WriteBytes("data.zip", Zip(
            ("b/2.csv", "i\n2\n"), ("a/1.csv", "i\n1\n"), ("__MACOSX/a/._1.csv", "?"), (".hidden.csv", "?"),
            ("readme.md", "?"), ("a/", ""), ("a/3.CSV", "i\n3\n")));
        Datasets.LoadDataset(file, "train")["i"].Should().Equal(1L, 3L, 2L);
        Datasets.LoadDataset(_folder.Path)["train"]["i"].Should().Equal(1L, 3L, 2L);
        var lines = Zip(("1.jsonl", "{\"i\":1}\n{\"i\":2}\n"), ("2.jsonl", "{\"i\":3}\n"), ("n.txt", "x"));
        Datasets.LoadDataset(WriteBytes("x.jsonl.zip", lines), "train")["i"].Should().Equal(1L, 2L, 3L);
        Datasets.LoadDataset(WriteBytes("y.zip", Zip(("1.data", "a\nb\n"))), "train", new() { Format = "text" })["text"]
            .Should().Equal("a", "b");
    }

    [Fact]
    public void A_path_in_an_archive_that_leaves_its_folder_is_only_read()
    {
        var file = WriteBytes("x.zip", Zip(("../../evil.csv", "i\n1\n"), ("/tmp/evil2.csv", "i\n2\n"), ("C:\\evil3.csv", "i\n3\n")));
        Datasets.LoadDataset(file, "train")["i"].Should().HaveCount(3);
        Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Should().Equal(file);
        File.Exists("/tmp/evil2.csv").Should().BeFalse();
    }

    [Fact]
    public void An_archive_that_claims_more_than_its_compression_can_reach_is_not_read()
    {
        var zip = Zip(("a.csv", "i\n" + new string('1', 10)));
        // The uncompressed size in the central directory.
        var central = zip.AsSpan().LastIndexOf("PK\x01\x02"u8);
        BitConverter.TryWriteBytes(zip.AsSpan(central + 24), 0x7FFFFFFFu).Should().BeTrue();
        Refusal(WriteBytes("x.zip", zip)).Should().Contain("claims to contain 2147483647 bytes");
    }

    [Fact]
    public void A_member_that_is_longer_or_shorter_than_the_archive_says_or_damaged_is_an_error()
    {
        var text = "i\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"{i * 7919 % 10007}\n"));
        var zip = Zip(("a.csv", text));
        Datasets.LoadDataset(WriteBytes("x.zip", zip), "train").Count.Should().Be(500);
        var central = zip.AsSpan().LastIndexOf("PK\x01\x02"u8);
        foreach (var (offset, value) in new[] { (24, (uint)text.Length - 3), (24, (uint)text.Length + 3), (16, 12345u) })
        {
            var changed = zip.ToArray();
            BitConverter.TryWriteBytes(changed.AsSpan(central + offset), value);
            Refusal(WriteBytes("x.zip", changed)).Should().Contain("damaged or incomplete");
        }
        Refusal(WriteBytes("y.zip", zip[..^10])).Should().Contain("not a valid zip archive");
    }

    [Fact]
    public void An_archive_without_data_says_what_it_contains()
    {
        Refusal(WriteBytes("x.zip", Zip(("a.bin", "1"), ("b.bin", "2")))).Should().ContainAll("a.bin, b.bin", "Excel");
        Refusal(WriteBytes("x.csv.zip", Zip(("a.txt", "1"), ("b.txt", "2")))).Should().Contain("without csv files");
        Refusal(WriteBytes("x.zip", Zip(("a.parquet", "PAR1")))).Should().Contain("Extract");
    }

    [Theory]
    [InlineData("x.jsonl.zst", "{\"a\": 1}\n{\"a\": 2}\n"), InlineData("x.csv.zst", "a\n1\n2\n"), InlineData("x.csv", "a\n1\n2\n")]
    public void Files_compressed_with_zstd_are_read(string name, string text)
    {
        Datasets.LoadDataset(WriteBytes(name, Zstd(text)), "train")["a"].Should().Equal(1L, 2L);
        Datasets.LoadDataset(_folder.Path)["train"]["a"].Should().Equal(1L, 2L);
    }

    [Theory, InlineData(1), InlineData(20), InlineData(2000)]
    public void A_zstd_file_that_was_cut_off_is_refused_instead_of_read_as_fewer_rows(int missing)
    {
        var whole = Zstd("i\n" + string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i * 7919L % 1_000_003}\n")));
        Datasets.LoadDataset(WriteBytes("x.csv.zst", [.. whole, .. Zstd("7\n")]), "train").Count.Should().Be(5001);
        Refusal(WriteBytes("x.csv.zst", whole[..^missing])).Should().Contain("damaged or incomplete");
        Refusal(WriteBytes("x.csv.zst", [.. whole, 1, 2, 3, 4, 5])).Should().Contain("damaged or incomplete");
    }
}
