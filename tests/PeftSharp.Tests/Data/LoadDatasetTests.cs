using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

public class LoadDatasetTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void The_reviews_are_the_same_from_parquet_json_lines_and_csv()
    {
        var imdb = ReferenceRoot.Shared("data", "imdb");
        var parquet = Datasets.LoadDataset(imdb);                      // no format named: Parquet wins, it has both splits
        var json = Datasets.LoadDataset(imdb, new DatasetLoadOptions { Format = "json" });
        var csv = Datasets.LoadDataset(imdb, new DatasetLoadOptions { Format = "csv" });
        parquet.Keys.Should().Equal("train", "test");
        foreach (var (split, rows) in parquet)
        {
            rows.Features["text"].Should().Be(new Value("string"));
            rows.Features["label"].Should().Be(new Value("int64"));
            foreach (var other in new[] { json[split], csv[split] })
            {
                other["text"].GetStrings().Should().Equal(rows["text"].GetStrings().Take(other.Count));
                other["label"].ToArray<long>().Should().Equal(rows["label"].ToArray<long>().Take(other.Count));
            }
            Assert.Equal(rows.Count, json[split].Count);
        }
    }

    [SkippableFact]
    public void A_text_file_becomes_a_row_per_line()
    {
        var file = ReferenceRoot.Shared("data", "shakespeare", "input.txt");
        Datasets.LoadDataset(file)["train"]["text"].GetStrings().Should().Equal(File.ReadAllLines(file));
        Assert.Equal(File.ReadAllText(file),
            string.Concat(Datasets.LoadDataset(file, "train", new DatasetLoadOptions { KeepLinebreaks = true })["text"].GetStrings()));
    }

    [Fact]
    public void Text_is_cut_by_line_paragraph_or_document_as_datasets_does()      // expected rows by datasets 5.2's text builder
    {
        var file = _folder.Write("a.txt", "one\r\ntwo\n\n\nthree\n\nfour\n");
        string[] Rows(TextUnit by, bool keep = false) =>
            Datasets.LoadDataset(file, "train", new DatasetLoadOptions { SampleBy = by, KeepLinebreaks = keep })["text"].GetStrings();
        Rows(TextUnit.Line).Should().Equal("one", "two", "", "", "three", "", "four");
        Rows(TextUnit.Line, keep: true).Should().Equal("one\n", "two\n", "\n", "\n", "three\n", "\n", "four\n");
        Rows(TextUnit.Paragraph).Should().Equal("one\ntwo", "\nthree", "four\n");
        Rows(TextUnit.Document).Should().Equal("one\ntwo\n\n\nthree\n\nfour\n");
    }

    [Fact]
    public void Names_of_files_and_folders_tell_their_split()
    {
        foreach (var name in new[] { "my-train.csv", "dev.csv", "sub/test/x.csv", "trainer.csv", ".hidden/train.csv" })
            _folder.Write(name, $"name\n{name}\n");
        var splits = Datasets.LoadDataset(_folder.Path);
        splits.Keys.Should().Equal("train", "validation", "test");
        splits["train"]["name"].GetStrings().Should().Equal("my-train.csv");
        splits["test"]["name"].GetStrings().Should().Equal("sub/test/x.csv");
    }

    [Fact]
    public void Shards_of_any_split_belong_together_and_files_without_a_split_are_train()
    {
        _folder.Write("a/data/extra-00001-of-00002.jsonl", "{\"i\":2}\n");
        _folder.Write("a/data/extra-00000-of-00002.jsonl", "{\"i\":1}\n");
        Datasets.LoadDataset(Path.Combine(_folder.Path, "a"))["extra"]["i"].ToArray<long>().Should().Equal(1L, 2L);
        _folder.Write("b/x.jsonl", "{\"i\":1}\n");
        Datasets.LoadDataset(Path.Combine(_folder.Path, "b")).Keys.Should().Equal("train");
    }

    [Fact]
    public void A_split_that_exists_only_in_another_format_is_reported()
    {
        _folder.Write("train.jsonl", "{\"i\":1}\n");
        _folder.Write("test.csv", "i\n1\n");
        FluentActions.Invoking(() => Datasets.LoadDataset(_folder.Path))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("the files of 'test' as csv");
        Datasets.LoadDataset(_folder.Path, new DatasetLoadOptions { Format = "csv" }).Keys.Should().Equal("test");
    }

    // 3.5 and 1.4 are rounded half to even, as in Python.
    [Theory]
    [InlineData("train", 0, 7), InlineData("train[:3]", 0, 3), InlineData("train[-2:]", 5, 7), InlineData("train[2:-1]", 2, 6),
        InlineData("train[:50%]", 0, 4)]
    [InlineData("train[50%:]", 4, 7), InlineData("train[10%:20%]", 1, 1), InlineData("train[5:99]", 5, 7)]
    public void A_part_of_a_split_is_what_datasets_reads(string split, int from, int to)
    {
        var file = _folder.Write("x.jsonl", string.Concat(Enumerable.Range(0, 7).Select(i => $"{{\"i\":{i}}}\n")));
        Datasets.LoadDataset(file, split)["i"].ToArray<long>().Should().Equal(Enumerable.Range(from, to - from).Select(i => (long)i));
    }

    [Fact]
    public void Parts_of_splits_can_be_added_and_unknown_splits_are_named()
    {
        var file = _folder.Write("x.jsonl", "{\"i\":0}\n{\"i\":1}\n");
        Datasets.LoadDataset(file, "train[1:]+train[:1]")["i"].ToArray<long>().Should().Equal(1, 0);
        FluentActions.Invoking(() => Datasets.LoadDataset(file, "test"))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Splits: train");
        FluentActions.Invoking(() => Datasets.LoadDataset(file, "train[1]")).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => Datasets.LoadDataset(file, new DatasetLoadOptions { Format = "xml" }))
            .Should().ThrowExactly<ArgumentException>();
    }

    [Fact]
    public void Named_files_are_read_by_pattern()
    {
        _folder.Write("a1.data", "x\n1\n");
        _folder.Write("a2.data", "x\n2\n");
        var splits = Datasets.LoadDataset("csv", new Dictionary<string, string> { ["dev"] = Path.Combine(_folder.Path, "a*.data") });
        splits["dev"]["x"].ToArray<long>().Should().Equal(1L, 2L);
    }

    [Fact]
    public void Absent_and_empty_files_are_reported_as_such()
    {
        FluentActions.Invoking(() => Datasets.LoadDataset(Path.Combine(_folder.Path, "none")))
            .Should().ThrowExactly<FileNotFoundException>();
        FluentActions.Invoking(() => Datasets.LoadDataset(_folder.Path)).Should().ThrowExactly<DatasetException>();
        foreach (var (name, text) in new[]
        {
            ("e.csv", ""), ("h.csv", "a,b\n"), ("e.jsonl", "\n"), ("e.txt", ""), ("a.json", "[]"), ("p.parquet", ""),
        })
            FluentActions.Invoking(() => Datasets.LoadDataset(_folder.Write(name, text))).Should().ThrowExactly<DatasetException>();
        FluentActions.Invoking(() => Datasets.LoadDataset(_folder.Write("x.bin", "1")))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("is unknown");
        File.WriteAllBytes(Path.Combine(_folder.Path, "latin.txt"), [0x61, 0xE4, 0x0A]);
        FluentActions.Invoking(() => Datasets.LoadDataset(Path.Combine(_folder.Path, "latin.txt")))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("UTF-8");
    }

    [Fact]
    public void A_link_to_a_folder_around_it_does_not_repeat_the_rows()
    {
        _folder.Write("train.csv", "a\n1\n");
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "again"), _folder.Path);
        Datasets.LoadDataset(_folder.Path)["train"]["a"].ToArray<long>().Should().Equal(1L);
    }

    [Fact]
    public void An_option_without_effect_is_refused_instead_of_ignored()
    {
        var file = _folder.Write("x.txt", "a\n\nb\n");
        string Refused(Func<object> load) => load.Should().ThrowExactly<ArgumentException>().Which.Message;
        Refused(() => Datasets.LoadDataset(file, new DatasetLoadOptions { SampleBy = TextUnit.Paragraph, KeepLinebreaks = true }))
            .Should().Contain("KeepLinebreaks requires TextUnit.Line");
        Refused(() => Datasets.LoadDataset(_folder.Path, ["x.txt"], new DatasetLoadOptions { Name = "plain" }))
            .Should().Contain("Name is 'plain'");
        Refused(() => Datasets.LoadDataset("text", [file], new DatasetLoadOptions { Name = "plain" })).Should().Contain("Name is 'plain'");
        Refused(() => Datasets.LoadDataset("text", [file], new DatasetLoadOptions { Revision = "v1" })).Should().Contain("'v1'");
    }

    public static TheoryData<string, string, DatasetLoadOptions> OptionsOfOtherFormats => new()
    {
        { "x.jsonl", nameof(DatasetLoadOptions.Delimiter), new() { Delimiter = ';' } },
        { "x.jsonl", nameof(DatasetLoadOptions.ColumnNames), new() { ColumnNames = ["b"] } },
        { "x.jsonl", nameof(DatasetLoadOptions.KeepDefaultNa), new() { KeepDefaultNa = false } },
        { "x.csv", nameof(DatasetLoadOptions.Field), new() { Field = "rows" } },
        { "x.csv", nameof(DatasetLoadOptions.SampleBy), new() { SampleBy = TextUnit.Document } },
        { "x.csv", nameof(DatasetLoadOptions.KeepLinebreaks), new() { KeepLinebreaks = true } },
    };

    [Theory, MemberData(nameof(OptionsOfOtherFormats))]
    public void An_option_of_another_format_is_refused_instead_of_ignored(string file, string option, DatasetLoadOptions options)
    {
        var path = _folder.Write(file, file.EndsWith("csv", StringComparison.Ordinal) ? "a\n1\n" : "{\"a\": 1}\n");
        FluentActions.Invoking(() => Datasets.LoadDataset(path, options))
            .Should().ThrowExactly<ArgumentException>()
            .Which.Message.Should().Contain($"DatasetLoadOptions.{option} is an option of the format");
    }
}
