using Apache.Arrow;
using PeftSharp.Data;
using PeftSharp.Tests.Data.Parquet;

namespace PeftSharp.Tests.Data;

/// <summary>Loading data files reports its progress and can be cancelled.</summary>
public sealed class LoadDatasetProgressTests : IDisposable
{
    private const int Rows = 200_000;
    private readonly DataFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Formats => ["rows.csv", "rows.jsonl", "rows.json", "rows.txt", "rows.parquet"];

    [Theory, MemberData(nameof(Formats))]
    public void Progress_rises_from_report_to_report_up_to_the_size_of_the_file(string name)
    {
        var file = Write(name);
        var reports = new Reports();
        Datasets.LoadDataset(file, progress: reports)["train"].Count.Should().Be(Rows);
        reports.Seen.Should().HaveCountGreaterThan(1).And.BeInAscendingOrder(report => report.ReadBytes);
        reports.Seen.Should().AllSatisfy(report => report.TotalBytes.Should().Be(new FileInfo(file).Length));
        reports.Seen[^1].Fraction.Should().Be(1);
    }

    [Theory, MemberData(nameof(Formats))]
    public async Task Loading_stops_when_it_is_cancelled_in_the_middle_of_a_file(string name)
    {
        var file = Write(name);
        using var cancel = new CancellationTokenSource();
        var reports = new Reports(_ => cancel.Cancel());
        await FluentActions.Awaiting(() => Datasets.LoadDatasetAsync(file, progress: reports, cancellationToken: cancel.Token))
            .Should().ThrowAsync<OperationCanceledException>();
        reports.Seen.Should().ContainSingle().Which.Fraction.Should().BeLessThan(1);
    }

    [Fact]
    public async Task Loading_asynchronously_gives_the_same_rows()
    {
        var file = Write("rows.csv");
        var all = await Datasets.LoadDatasetAsync(file);
        var slice = await Datasets.LoadDatasetAsync(file, "train[:10]");
        all["train"].Count.Should().Be(Rows);
        slice["text"].GetStrings().Should().Equal(all["train"].Take(10)["text"].GetStrings());
    }

    private string Write(string name)
    {
        var rows = Enumerable.Range(0, Rows);
        switch (Path.GetExtension(name))
        {
            case ".parquet":
                var (text, number) = (new StringArray.Builder(), new Int64Array.Builder());
                foreach (var row in rows)
                {
                    text.Append($"text {row}");
                    number.Append(row);
                }
                return ParquetFiles.Write(Path.Combine(_folder.Path, name), [("text", text.Build()), ("label", number.Build())]);
            case ".csv":
                return _folder.Write(name, "text,label\n" + string.Concat(rows.Select(row => $"text {row},{row}\n")));
            case ".txt":
                return _folder.Write(name, string.Concat(rows.Select(row => $"text {row}\n")));
            case ".jsonl":
                return _folder.Write(name, string.Concat(rows.Select(row => $$"""{"text": "text {{row}}", "label": {{row}}}{{'\n'}}""")));
            default:
                return _folder.Write(name, $"[{string.Join(",", rows.Select(row => $$"""{"text": "text {{row}}"}"""))}]");
        }
    }

    /// <summary>Collects the reports on the thread that loads.</summary>
    private sealed class Reports(Action<DatasetLoadProgress>? onReport = null) : IProgress<DatasetLoadProgress>
    {
        internal List<DatasetLoadProgress> Seen { get; } = [];

        public void Report(DatasetLoadProgress value)
        {
            Seen.Add(value);
            onReport?.Invoke(value);
        }
    }
}
