using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Streaming;

/// <summary>Streams of files have the rows of the loaded files, without loading them.</summary>
public sealed class StreamedFileTests : IDisposable
{
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Lines(string name, IEnumerable<string> lines) => _folder.Write(name, string.Join('\n', lines));

    private static string[] Texts(IEnumerable<Row> rows) => [.. rows.Select(row => row.ToString())];

    private static void AssertIsLoaded(string path, DatasetLoadOptions? options = null, bool afterEachRow = false)
    {
        var loaded = Datasets.LoadDataset(path, options)["train"];
        var stream = Datasets.StreamDataset(path, options)["train"];
        Texts(stream).Should().Equal(Texts(loaded));
        stream.Features.Should().Equal(loaded.Features);
        var rows = Texts(loaded);
        foreach (var stop in afterEachRow ? Enumerable.Range(0, rows.Length + 1)
            : [0, 1, rows.Length / 2, rows.Length - 1, rows.Length])
        {
            using (var head = stream.GetEnumerator())
                for (var i = 0; i < stop; i++) head.MoveNext().Should().BeTrue();
            var state = stream.StateDict().ToJsonString();
            var resumed = Datasets.StreamDataset(path, options)["train"];
            resumed.LoadStateDict(JsonNode.Parse(state)!.AsObject());
            Texts(resumed).Should().Equal(rows[stop..], $"after {stop} rows");
        }
    }

    [Fact]
    public void JSON_lines_are_the_loaded_rows() => AssertIsLoaded(Lines("a.jsonl", Enumerable.Range(0, 700).Select(i =>
        i % 50 == 7 ? "" : $"{{\"i\": {(i % 90 == 3 ? "null" : i)}, \"x\": {(i % 2 == 0 ? $"{i}.5" : i)}, \"ids\": [{i}, 1], "
            + $"\"o\": {{\"role\": \"ü{i}\"{(i % 3 == 0 ? ", \"n\": 1" : "")}}}}}")));

    [Theory, InlineData(false, "\n"), InlineData(true, "\r\n"), InlineData(true, "\r")]
    public void CSV_with_quotes_and_line_breaks_is_the_loaded_table(bool hasMark, string lineBreak) => AssertIsLoaded(_folder.Write("a.csv",
        (hasMark ? "\uFEFF" : "") + $"id,text,score{lineBreak}" + string.Concat(Enumerable.Range(0, 600).Select(
            i => $"{i},\"{(i % 7 == 0 ? "a \"\"word\"\"" + lineBreak + "😀" : "ä, b")}\",{(i % 5 == 0 ? "" : $"{i}.25")}{lineBreak}"))));

    [Fact]
    public void UTF_16_text_is_read_as_by_LoadDataset()
    {
        var file = Path.Combine(_folder.Path, "a.csv");
        File.WriteAllText(file,
            "id,text\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"{i},\"Zeile ä {i}\"\n")), Encoding.Unicode);
        AssertIsLoaded(file);
    }

    [Theory, InlineData(TextUnit.Line, false), InlineData(TextUnit.Line, true), InlineData(TextUnit.Paragraph, false),
        InlineData(TextUnit.Document, false)]
    public void Text_is_the_loaded_text(TextUnit unit, bool keepLinebreaks)
    {
        var options = new DatasetLoadOptions { SampleBy = unit, KeepLinebreaks = keepLinebreaks };
        foreach (var end in new[] { "", "\n", "\n\n", "\r" })
            AssertIsLoaded(_folder.Write("a.txt", "\uFEFF" + string.Concat(Enumerable.Range(0, 400).Select(
                i => $"line {i} ü" + (i % 5) switch { 0 => "\n\n\n", 1 => "\r\n", 2 => "\n\n", 3 => "\r", _ => "\n" }))
                + "last" + end), options);
    }

    [Fact]
    public void Gzip_files_and_JSON_arrays_are_the_loaded_rows()
    {
        using (var gzip = new GZipStream(File.Create(Path.Combine(_folder.Path, "a.jsonl.gz")), CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 5000).Select(i => $"{{\"i\": {i}}}"))));
        AssertIsLoaded(Path.Combine(_folder.Path, "a.jsonl.gz"));
        AssertIsLoaded(_folder.Write("a.json", "[{\"i\": 1}, {\"i\": 2}, {\"i\": 3}]"));
        AssertIsLoaded(_folder.Write("b.json", "{\"data\": {\"i\": [1, 2, 3]}}"), new DatasetLoadOptions { Field = "data" });
    }

    [Theory, InlineData(1, 1), InlineData(3, 4), InlineData(2, 100)]
    public void Parquet_files_are_continued_after_each_row(int files, int rowsPerGroup)
    {
        RowFiles.WriteParquet(_folder.Path, RowFiles.Rows(25), files, rowsPerGroup);
        AssertIsLoaded(_folder.Path, afterEachRow: true);
        AssertIsLoaded(_folder.Path, new DatasetLoadOptions { Columns = ["text"] }, afterEachRow: true);
        Datasets.StreamDataset(_folder.Path, "train").RowCount.Should().Be(25);
    }

    [Theory, InlineData(1, 1), InlineData(3, 4), InlineData(2, 100)]
    public void Arrow_streams_are_continued_after_each_row(int files, int rowsPerBatch)
    {
        RowFiles.WriteArrow(_folder.Path, RowFiles.Rows(25), files, rowsPerBatch);
        AssertIsLoaded(_folder.Path, afterEachRow: true);
    }

    [Fact]
    public void Chosen_columns_and_declared_types_are_those_of_LoadDataset()
    {
        var file = _folder.Write("a.csv", "id,text,label\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"00{i},t{i},{i % 2}\n")));
        AssertIsLoaded(file, new DatasetLoadOptions { Columns = ["label", "id"] });
        AssertIsLoaded(file, new DatasetLoadOptions
        {
            Features = new Dictionary<string, Feature> { ["id"] = new Value("string"), ["label"] = new ClassLabel("no", "yes") },
        });
    }

    [Fact]
    public void A_position_is_found_without_reading_the_rows_before_it()
    {
        var file = Lines("a.jsonl", Enumerable.Range(10_000, 30_000).Select(i => $"{{\"i\": {i}}}"));
        var rows = Texts(Datasets.StreamDataset(file, "train"));
        var stream = Datasets.StreamDataset(file, "train");
        using (var head = stream.GetEnumerator())
            for (var i = 0; i < 20_000; i++) head.MoveNext();
        var bytes = File.ReadAllBytes(file);
        bytes.AsSpan(bytes.Length / 2, 100).Fill((byte)'?');            // rows before the position, which cannot be read any more
        File.WriteAllBytes(file, bytes);
        FluentActions.Invoking(() => Datasets.StreamDataset(file, "train").Count()).Should().ThrowExactly<DatasetException>();
        var resumed = Datasets.StreamDataset(file, "train");
        resumed.LoadStateDict(stream.StateDict());
        Texts(resumed).Should().Equal(rows[20_000..]);
    }

    [Fact]
    public void After_an_error_the_state_is_the_position_before_it()
    {
        var file = Lines("a.jsonl", [.. Enumerable.Repeat("{\"i\": 1}", 10_300), "broken", "{\"i\": 2}"]);
        var stream = Datasets.StreamDataset(file, "train");
        var read = 0;
        FluentActions.Invoking(() => { foreach (var row in stream) read++; }).Should().ThrowExactly<DatasetException>();
        File.WriteAllText(file, File.ReadAllText(file).Replace("broken", "      ", StringComparison.Ordinal));
        var resumed = Datasets.StreamDataset(file, "train");
        resumed.LoadStateDict(stream.StateDict());
        (read + resumed.Count()).Should().Be(10_301);
    }

    [Fact]
    public void A_file_that_has_changed_is_refused()
    {
        var file = Lines("a.jsonl", Enumerable.Range(0, 50).Select(i => $"{{\"i\": {i}}}"));
        var stream = Datasets.StreamDataset(file, "train");
        _ = stream.First();
        File.AppendAllText(file, "\n{\"i\": 50}");
        var resumed = Datasets.StreamDataset(file, "train");
        resumed.LoadStateDict(stream.StateDict());
        FluentActions.Invoking(() => Texts(resumed)).Should().ThrowExactly<DatasetException>().WithMessage("*a.jsonl*bytes*");
    }

    [Theory]
    [InlineData("a.jsonl", "{\"i\": 1}", "{\"i\": \"x\"}", "*a.jsonl', line 10002: column 'i'*Value(int64)*Value(string)*")]
    [InlineData("a.jsonl", "{\"i\": 1}", "{\"i\": 1.5}", "*line 10002, column 'i': the value 1.5*")]
    [InlineData("a.jsonl", "{\"i\": 1}", "{\"i\": 1, \"new\": 2}", "*line 10002: the row has a field 'new'*Features*")]
    [InlineData("a.jsonl", "{\"i\": 1}", "{\"i\": 1", "*a.jsonl', line 10002*")]
    [InlineData("a.csv", "1", "x", "*a.csv', line 10002, column '1': the field 'x' is not Value(int64)*Features*")]
    public void A_value_of_another_type_than_the_first_rows_is_named(string name, string line, string wrong, string message)
    {
        var file = Lines(name, [.. Enumerable.Repeat(line, 10_001), wrong, line]);
        var stream = Datasets.StreamDataset(file, "train");
        stream.Take(9_000).Count().Should().Be(9_000);
        FluentActions.Invoking(() => stream.Count()).Should().ThrowExactly<DatasetException>().WithMessage(message);
    }

    [Fact]
    public void The_rows_of_a_file_are_read_only_when_they_are_needed()
    {
        var file = Lines("a.jsonl", [.. Enumerable.Repeat("{\"i\": 1}", 20_000), "broken"]);
        Datasets.StreamDataset(file, "train").Take(3).Should().HaveCount(3);
        FluentActions.Invoking(() => Datasets.StreamDataset(file, "train").Count()).Should().ThrowExactly<DatasetException>()
            .WithMessage("*line 20001*");
    }

    [Fact]
    public void Splits_and_options_are_checked_like_those_of_LoadDataset()
    {
        Lines("train.jsonl", ["{\"i\": 1}"]);
        Lines("test.jsonl", ["{\"i\": 2}"]);
        var splits = Datasets.StreamDataset(_folder.Path);
        splits.Keys.Should().Equal("train", "test");
        splits.Map(row => new Dictionary<string, long> { ["j"] = row.GetInt64("i") + 1 })["test"].Single().GetInt64("j").Should().Be(3);
        FluentActions.Invoking(() => splits["dev"]).Should().ThrowExactly<DatasetException>().WithMessage("*train, test*");
        FluentActions.Invoking(() => Datasets.StreamDataset(_folder.Path, "train[:5]"))
            .Should().Throw<ArgumentException>().WithMessage("*Take*");
        FluentActions.Invoking(() => Datasets.StreamDataset(_folder.Path, new DatasetLoadOptions { Delimiter = ';' }))
            .Should().Throw<ArgumentException>().WithMessage("*Delimiter*");
        FluentActions.Invoking(() => Datasets.StreamDataset(Path.Combine(_folder.Path, "none"))).Should().Throw<FileNotFoundException>();
    }
}
