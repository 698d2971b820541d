using PeftSharp.Data;

namespace PeftSharp.Tests.Data;

/// <summary>Stored results of Map: when they are used, and that they equal the results in memory.</summary>
public sealed class MapCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private int _calls;

    private string Cache => _folder.File("cache");

    public void Dispose()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(1), InlineData(3)]
    public void The_stored_result_equals_the_result_in_memory(int numProc)
    {
        var dataset = Texts(3_500).Shuffle(seed: 1);
        var inMemory = dataset.Map(Lengths, batched: true, batchSize: 64, removeColumns: ["text"]);
        var calls = _calls;
        for (var time = 0; time < 2; time++)
        {
            var stored = dataset.Map(Lengths, batched: true, batchSize: 64, removeColumns: ["text"], numProc: numProc,
                cache: Key("lengths"));
            SavedDatasets.ShouldEqual(stored, inMemory);
        }
        _calls.Should().Be(2 * calls);                                  // in memory and once for the file
        var byRow = dataset.Map(row => new Dictionary<string, object?> { ["n"] = row.GetString("text").Length }, numProc: numProc,
            cache: Key("by row"));
        byRow["n"].ToArray<int>().Should().Equal(dataset["text"].GetStrings().Select(text => text.Length));
        byRow.ColumnNames.Should().Equal("text", "label", "n");
    }

    [Fact]
    public void Another_key_other_data_and_other_arguments_are_computed_again()
    {
        var dataset = Texts(50);
        dataset.SaveToDisk(_folder.File("saved"));
        var changed = dataset["text"].GetStrings();
        changed[7] += "!";
        Dataset[] sources =
        [
            dataset, dataset.Select(..49), dataset.Shuffle(seed: 1), dataset.RenameColumn("label", "y"), dataset.RemoveColumns("label"),
            dataset.CastColumn("label", new ClassLabel("a", "b")), dataset.CastColumn("label", new ClassLabel("b", "a")),
            dataset.CastColumn("label", new Value("int32")),
            Dataset.FromDict(("text", changed), ("label", dataset["label"].ToArray<long>())),
            Dataset.LoadFromDisk(_folder.File("saved")), Dataset.LoadFromDisk(_folder.File("saved")).Select(1..),
            Datasets.ConcatenateDatasets(dataset, dataset.Select(..0)).Select(1..),
        ];
        foreach (var source in sources)
            Computes(source, Key("one")).Should().BeTrue();
        foreach (var source in sources)
            Computes(source, Key("one")).Should().BeFalse();
        Computes(dataset, Key("two")).Should().BeTrue();
        Computes(dataset, Key("one"), batchSize: 7).Should().BeTrue();
        Computes(dataset, Key("one"), remove: ["text"]).Should().BeTrue();
        Computes(dataset, new MapCache(_folder.File("elsewhere"), "one")).Should().BeTrue();
        // The function can read the same as without the other column.
        Computes(dataset.WithFormat(columns: ["text"]), Key("one")).Should().BeFalse();
        // The same content from another object, and of another process.
        Computes(Texts(50), Key("one")).Should().BeFalse();
    }

    [Fact]
    public void Nulls_and_empty_values_are_different_data()
    {
        string?[] texts = ["", null];
        int[]?[] lists = [[], null];
        Dataset[] sources =
        [
            Dataset.FromDict(("x", texts)), Dataset.FromDict(("x", new[] { null, "" })), Dataset.FromDict(("x", new[] { "", "" })),
            Dataset.FromDict(("x", new[] { "ab", "c" })), Dataset.FromDict(("x", new[] { "a", "bc" })),
            Dataset.FromDict(("x", lists)), Dataset.FromDict(("x", lists.Reverse())),
            Dataset.FromDict(("x", new[] { new[] { 1, 2 }, [3] })), Dataset.FromDict(("x", new[] { new[] { 1 }, [2, 3] })),
            Dataset.FromDict(("x", new int?[] { 0, null })), Dataset.FromDict(("x", new int?[] { null, 0 })),
            Dataset.FromDict(("x", new[] { 0, 0 })), Dataset.FromDict(("x", new[] { 0L, 0L })), Dataset.FromDict(("y", new[] { 0L, 0L })),
        ];
        foreach (var source in sources)
            Rows(source).Should().BeTrue();
        foreach (var source in sources)
            Rows(source).Should().BeFalse();

        bool Rows(Dataset source)
        {
            var before = _calls;
            source.Map(_ => new Dictionary<string, int> { ["n"] = _calls++ }, cache: Key("rows"));
            return _calls > before;
        }
    }

    [Fact]
    public void A_file_that_was_changed_is_other_data()
    {
        Texts(50).SaveToDisk(_folder.File("saved"));
        Computes(Dataset.LoadFromDisk(_folder.File("saved")), Key("key")).Should().BeTrue();
        Computes(Dataset.LoadFromDisk(_folder.File("saved")), Key("key")).Should().BeFalse();
        var file = _folder.File("saved/data-00000-of-00001.arrow");
        var bytes = File.ReadAllBytes(file);
        var written = File.GetLastWriteTimeUtc(file);
        bytes[bytes.AsSpan().LastIndexOf("text 9"u8)] = (byte)'T';
        File.Delete(file);
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, written);
        Computes(Dataset.LoadFromDisk(_folder.File("saved")), Key("key")).Should().BeTrue();
    }

    [Fact]
    public void A_failed_a_cancelled_and_a_damaged_result_are_not_used()
    {
        var dataset = Texts(5_000);
        using var cancel = new CancellationTokenSource();
        dataset.Invoking(d => d.Map(
            batch => batch.Start < 3_000 ? Lengths(batch) : throw new InvalidOperationException("no"), batched: true, cache: Key("key")))
            .Should().Throw<DatasetException>().WithMessage("*rows 3000 to 3999*no*");
        dataset.Invoking(d => d.Map(batch =>
        {
            if (batch.Start == 3_000) cancel.Cancel();
            return Lengths(batch);
        }, batched: true, numProc: 2, cache: Key("key"), cancellationToken: cancel.Token)).Should().Throw<OperationCanceledException>();
        Directory.GetFileSystemEntries(Cache).Should().BeEmpty();
        Computes(dataset, Key("key")).Should().BeTrue();
        var file = Directory.GetFiles(Cache, "*.arrow", SearchOption.AllDirectories).Single();
        using (var stream = File.OpenWrite(file))
            stream.SetLength(stream.Length - 10);
        Computes(dataset, Key("key")).Should().BeTrue();
        Computes(dataset, Key("key")).Should().BeFalse();
        File.Delete(Directory.GetFiles(Cache, "map.json", SearchOption.AllDirectories).Single());
        Computes(dataset, Key("key")).Should().BeTrue();
    }

    [Fact]
    public void A_stored_file_that_was_changed_is_not_used_and_one_that_was_copied_is()
    {
        var dataset = Texts(100);
        Computes(dataset, Key("key")).Should().BeTrue();
        foreach (var file in Directory.GetFiles(Cache, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-3));
        Computes(dataset, Key("key")).Should().BeFalse("the content is the same");
        foreach (var name in new[] { "*.arrow", "state.json", "dataset_info.json" })
        {
            var file = Directory.GetFiles(Cache, name, SearchOption.AllDirectories).Single();
            var bytes = File.ReadAllBytes(file);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(file, bytes);
            Computes(dataset, Key("key")).Should().BeTrue("{0} was changed", name);
            Computes(dataset, Key("key")).Should().BeFalse();
        }
    }

    [Fact]
    public void Errors_are_those_of_results_in_memory()
    {
        var dataset = Texts(2_500);
        dataset.Invoking(d => d.Map(batch => new Dictionary<string, object> { ["n"] = new[] { 1 } }, batched: true, cache: Key("a")))
            .Should().Throw<DatasetException>().WithMessage("*'n'*'text', which is kept*");
        dataset.Invoking(d => d.Map(batch => new Dictionary<string, object> { [batch.Start == 0 ? "a" : "b"] = new int[batch.RowCount] },
            batched: true, cache: Key("b"))).Should().Throw<DatasetException>().WithMessage("*columns b for rows 1000 to 1999*");
        dataset.Invoking(d => d.Map(
                batch => new Dictionary<string, object> { ["x"] = batch.Start == 0 ? new int[1000] : batch.Indices.Select(i => $"{i}") },
                batched: true, cache: Key("c")))
            .Should().Throw<DatasetException>().WithMessage("*'x', row 1000*");
        FluentActions.Invoking(() => new MapCache("folder", " ")).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Types_that_become_known_later_and_other_numbers_of_rows_are_stored()
    {
        var dataset = Texts(3_000);
        Dictionary<string, object> Double(Batch batch) => new()
        {
            ["late"] = batch.Indices.SelectMany(i => new string?[] { i < 2_500 ? null : $"{i}", "x" }).Skip(batch.Start < 1000 ? 2000 : 0)
                .Concat(batch.Start < 1000 ? new string?[2000] : []).ToArray(),
            ["list"] = batch.Indices.SelectMany(i => new int[][] { i < 1_000 ? [] : [i], [] }).ToArray(),
        };
        var stored = dataset.Map(Double, batched: true, removeColumns: dataset.ColumnNames, cache: Key("double"));
        SavedDatasets.ShouldEqual(stored, dataset.Map(Double, batched: true, removeColumns: dataset.ColumnNames));
        stored.Count.Should().Be(6_000);
    }

    [Fact]
    public void Cleanup_deletes_results_only_and_only_old_ones_on_request()
    {
        Computes(Texts(10), Key("one")).Should().BeTrue();
        Computes(Texts(10), Key("two")).Should().BeTrue();
        File.WriteAllText(Path.Combine(Cache, "mine.txt"), "mine");
        Texts(5).SaveToDisk(Path.Combine(Cache, "mine"));
        Datasets.CleanupCacheFiles(Cache, unusedFor: TimeSpan.FromDays(1)).Should().Be(0);
        var one = Directory.GetDirectories(Cache, "one-*").Single();
        File.SetLastWriteTimeUtc(Path.Combine(one, "map.json"), DateTime.UtcNow.AddDays(-2));
        Computes(Texts(10), Key("one")).Should().BeFalse();             // now it was used
        Datasets.CleanupCacheFiles(Cache, unusedFor: TimeSpan.FromDays(1)).Should().Be(0);
        File.SetLastWriteTimeUtc(Path.Combine(one, "map.json"), DateTime.UtcNow.AddDays(-2));
        Datasets.CleanupCacheFiles(Cache, unusedFor: TimeSpan.FromDays(1)).Should().Be(1);
        Computes(Texts(10), Key("two")).Should().BeFalse();
        Datasets.CleanupCacheFiles(Cache).Should().Be(1);
        Directory.GetFileSystemEntries(Cache).Select(Path.GetFileName).Should().BeEquivalentTo("mine", "mine.txt");
        Datasets.CleanupCacheFiles(_folder.File("missing")).Should().Be(0);
    }

    private MapCache Key(string key) => new(Cache, key);

    private static Dataset Texts(int count) => Dataset.FromDict(
        ("text", Enumerable.Range(0, count).Select(i => $"text {i}" + new string('x', i % 7)).ToArray()),
        ("label", Enumerable.Range(0, count).Select(i => (long)(i % 2)).ToArray()));

    private Dictionary<string, object> Lengths(Batch batch)
    {
        Interlocked.Increment(ref _calls);
        return new()
        {
            ["length"] = Enumerable.Range(0, batch.RowCount).Select(row => batch["text"].GetString(row).Length).ToArray(),
            ["letters"] = Enumerable.Range(0, batch.RowCount)
                .Select(row => batch["text"].GetString(row).Select(c => (int)c).ToArray()).ToArray(),
        };
    }

    /// <summary>Whether a call computes the result.</summary>
    private bool Computes(Dataset dataset, MapCache cache, int batchSize = 1000, string[]? remove = null)
    {
        var before = _calls;
        var mapped = dataset.Map(Lengths, batched: true, batchSize, remove, cache: cache);
        mapped["length"].ToArray<int>().Should().Equal(dataset["text"].GetStrings().Select(text => text.Length));
        return _calls > before;
    }
}
