using System.IO.Compression;
using System.Text.Json.Nodes;
using CsCheck;
using PeftSharp.Data;

namespace PeftSharp.Tests.Data.Streaming;

/// <summary>A stream that is continued from a stored state returns exactly the rows that would have followed.</summary>
public sealed class ResumedStreamTests : IDisposable
{
    private const int Rows = 47;
    private readonly DataFolder _folder = new();
    private readonly Dictionary<string, Func<IterableDataset>> _sources;

    public ResumedStreamTests()
    {
        var numbers = Dataset.FromDict(("i", Enumerable.Range(0, Rows).Select(i => (long)i).ToArray()),
            ("text", Enumerable.Range(0, Rows).Select(Text).ToArray()));
        for (var part = 0; part < 3; part++)
        {
            int[] rows = [.. Enumerable.Range(0, Rows).Where(i => i % 3 == part)];
            _folder.Write($"lines/part-{part}.jsonl", string.Join("\r\n", rows.Select(i => $"{{\"i\": {i}, \"text\": \"{Text(i)}\"}}\n")));
            _folder.Write($"table/part-{part}.csv",
                "\uFEFFi,text\n" + string.Join("\n\n", rows.Select(i => $"{i},\"{Text(i)}\n,\"")) + "\n");
        }
        RowFiles.WriteParquet(Path.Combine(_folder.Path, "parquet"), numbers, files: 3, rowsPerGroup: 4);
        RowFiles.WriteArrow(Path.Combine(_folder.Path, "arrow"), numbers, files: 3, rowsPerBatch: 4);
        using (var gzip = new GZipStream(File.Create(Path.Combine(_folder.Path, "all.jsonl.gz")), CompressionLevel.Fastest))
            gzip.Write(System.Text.Encoding.UTF8.GetBytes(
                string.Join('\n', Enumerable.Range(0, Rows).Select(i => $"{{\"i\": {i}, \"text\": \"{Text(i)}\"}}"))));
        var array = _folder.Write("array.json",
            $"[{string.Join(",", Enumerable.Range(0, Rows).Select(i => $"{{\"i\": {i}, \"text\": \"{Text(i)}\"}}"))}]");
        _sources = new()
        {
            ["rows in memory"] = () => numbers.ToIterableDataset(),
            ["shards in memory"] = () => numbers.ToIterableDataset(12),
            ["a generator"] = () => IterableDataset.FromGenerator(() => Enumerable.Range(0, Rows).Select(Generated)),
            ["a generator with shards"] =
                () => IterableDataset.FromGenerator(part => Enumerable.Range(part * 10, 10).Select(Generated), [0, 1, 2, 3, 4]),
            ["JSON lines"] = () => Datasets.StreamDataset(Path.Combine(_folder.Path, "lines"))["train"],
            ["JSON lines in a gzip file"] = () => Datasets.StreamDataset(Path.Combine(_folder.Path, "all.jsonl.gz"))["train"],
            ["a JSON array"] = () => Datasets.StreamDataset(array)["train"],
            ["CSV"] = () => Datasets.StreamDataset(Path.Combine(_folder.Path, "table"))["train"],
            ["Parquet with row groups"] = () => Datasets.StreamDataset(Path.Combine(_folder.Path, "parquet"))["train"],
            ["Arrow streams"] = () => Datasets.StreamDataset(Path.Combine(_folder.Path, "arrow"))["train"],
        };
    }

    public void Dispose() => _folder.Dispose();

    private static string Text(int i) => $"row {i} – ä😀" + new string('x', i % 5);

    private static Dictionary<string, object?> Generated(int i) => new() { ["i"] = (long)i, ["text"] = Text(i) };

    [Fact]
    public void The_rest_of_any_pipeline_after_any_row_equals_the_uninterrupted_stream() =>
        Gen.Select(Gen.Int[0, _sources.Count - 1], Gen.Int[0, 14].Array[0, 4], Gen.Int[0, 60], Gen.Int[0, 3], Gen.Int[1, 30])
            .Sample((source, steps, stop, epoch, argument) =>
            {
                IterableDataset Make()
                {
                    var stream = steps.Aggregate(_sources.Values.ElementAt(source)(), (stream, step) => Apply(step, stream, argument));
                    stream.SetEpoch(epoch);
                    return stream;
                }
                var whole = Make();
                var all = Texts(whole.Take(200));
                Texts(whole.Take(200)).Should().Equal(all, "a second enumeration returns the same rows");
                AssertContinues(Make, all, stop);
            }, iter: 400);

    [Fact]
    public void A_shuffle_without_a_seed_continues_in_another_process_with_the_seed_of_the_state() =>
        Gen.Select(Gen.Int[0, _sources.Count - 1], Gen.Int[0, 60]).Sample((source, stop) =>
        {
            IterableDataset Make() => _sources.Values.ElementAt(source)().Shuffle(bufferSize: 7);
            var first = Make();
            var all = Texts(first);
            var (head, state) = Head(first, stop);
            head.Should().Equal(all.Take(stop));
            var second = Make();
            second.LoadStateDict(state);
            Texts(second).Should().Equal(all.Skip(stop));
            first.SetEpoch(1);
            second.SetEpoch(1);
            Texts(second).Should().Equal(Texts(first), "the seed also determines the later epochs");
        }, iter: 60);

    [Fact]
    public void A_state_can_be_taken_again_after_it_was_loaded()
    {
        IterableDataset Make() => _sources["JSON lines"]().Shuffle(3, bufferSize: 8).Map(Doubled, batched: true, batchSize: 6);
        var all = Texts(Make());
        var (rows, state) = (new List<string>(), (JsonObject?)null);
        while (rows.Count < all.Length)
        {
            var stream = Make();
            if (state is not null) stream.LoadStateDict(state);
            var (next, saved) = Head(stream, 5);
            rows.AddRange(next);
            state = saved;
        }
        rows.Should().Equal(all);
    }

    private static void AssertContinues(Func<IterableDataset> make, string[] all, int stop)
    {
        var (head, state) = Head(make(), stop);
        head.Should().Equal(all.Take(stop));
        var resumed = make();
        resumed.SetEpoch(0);                   // the state contains the epoch
        resumed.LoadStateDict(state);
        Texts(resumed, 200 - head.Count).Should().Equal(all.Skip(stop));
    }

    private static (List<string> Rows, JsonObject State) Head(IterableDataset stream, int count)
    {
        var rows = new List<string>();
        using (var next = stream.GetEnumerator())
            while (rows.Count < count && next.MoveNext())
                rows.Add($"{next.Current.Index}: {next.Current}");
        return (rows, JsonNode.Parse(stream.StateDict().ToJsonString())!.AsObject());
    }

    private static string[] Texts(IEnumerable<Row> stream, int count = int.MaxValue) =>
        [.. stream.Take(count).Select(row => $"{row.Index}: {row}")];

    private static Dictionary<string, object?> Doubled(Batch batch) => new()
    {
        ["i"] = batch["i"].SelectMany(value => new[] { value, value }).ToArray(),
        ["text"] = batch["text"].SelectMany(value => new[] { value, value }).ToArray(),
    };

    private IterableDataset Apply(int step, IterableDataset stream, int argument)
    {
        return step switch
        {
            0 => stream.Map((row, index) => new Dictionary<string, object?> { ["i"] = row["i"], ["n"] = (long)index }),
            1 => stream.Filter((row, index) => (Number(row["i"]) + index) % 3 != 0),
            2 => stream.Shuffle(argument, bufferSize: argument),
            3 => stream.Shuffle(argument + 1, bufferSize: 2000, maxBufferInputShards: 2),
            4 => stream.Take(argument + 10),
            5 => stream.Skip(argument),
            6 => stream.SelectColumns("i", "text").Map(Doubled, batched: true, batchSize: argument, removeColumns: ["i", "text"]),
            7 => stream.Filter(batch => batch["i"].Select(value => Number(value) % 4 != 0), batched: true, batchSize: argument),
            8 => stream.SelectColumns("i", "text").RenameColumn("text", "t").RenameColumn("t", "text"),
            9 => stream.Map(row => new Dictionary<string, object?> { ["i"] = Number(row["i"]) }).CastColumn("i", new Value("float64"))
                .CastColumn("i", new Value("int64")),
            10 => Datasets.ConcatenateDatasets(stream, stream.Shuffle(argument, 5)),
            11 => Datasets.InterleaveDatasets([stream, stream.Skip(3)], [0.3, 0.7], seed: argument,
                argument % 2 == 0 ? StoppingStrategy.AllExhausted : StoppingStrategy.FirstExhausted),
            12 => Datasets.InterleaveDatasets([stream, _sources["rows in memory"](), stream.Take(4)],
                stoppingStrategy: (StoppingStrategy)(argument % 3)),
            13 => stream.Repeat(2),
            _ => stream.Batch(argument, dropLastBatch: argument % 2 == 0).Map(
                row => new Dictionary<string, object?> { ["i"] = (long)row.GetLength("i"), ["text"] = $"{row["text"]}" }),
        };
    }

    /// <summary>The number of a row, also if it is a list of numbers.</summary>
    private static long Number(object? value) => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture);
}
