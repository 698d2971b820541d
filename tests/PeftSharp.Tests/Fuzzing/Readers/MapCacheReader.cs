using PeftSharp.Data;
using PeftSharp.Tests.Data;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The files of a stored result of Map. A damaged result is computed again and never gives other data.</summary>
internal sealed class MapCacheReader : FuzzReader
{
    private static readonly Dataset _texts = Dataset.FromDict(
        ("text", Enumerable.Range(0, 12).Select(i => $"text {i}").ToArray()), ("label", new long[12]));

    private static readonly Dataset _expected = Map(cache: null, () => { });

    internal override int ShortCount => 250;

    protected override IEnumerable<FuzzSeed> CreateSeeds()
    {
        using var folder = new TemporaryFolder();
        Map(new MapCache(folder.File("cache"), "letters"), () => { });
        string[] files = [.. Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder.Path, path)).Order(StringComparer.Ordinal)];
        return [.. files.Select(file => FuzzSeed.OfFolder(folder.Path, file))];
    }

    /// <remarks>One in four is the valid file: its time is another one, so the hashes of the files are compared.</remarks>
    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => random.OneIn(4) ? seed.Content
        : seed.FileName.EndsWith(".json", StringComparison.Ordinal) && random.OneIn(2) ? JsonMutator.Mutate(random, seed)
        : ByteMutator.Mutate(random, seed.Content, 0, null);

    internal override void Read(string folder, string file)
    {
        var isComputed = false;
        var mapped = Map(new MapCache(Path.Combine(folder, "cache"), "letters"), () => isComputed = true);
        SavedDatasets.ShouldEqual(mapped, _expected);
        if (isComputed) throw new Computed();
    }

    internal override bool IsExpected(Exception error) => error is Computed;

    private static Dataset Map(MapCache? cache, Action computed) => _texts.Map(batch =>
    {
        computed();
        var texts = batch.GetStrings("text");
        return new Dictionary<string, object>
        {
            ["letters"] = texts.Select(text => text.Select(letter => (int)letter).ToArray()).ToArray(),
            ["upper"] = texts.Select(text => text.ToUpperInvariant()).ToArray(),
            ["half"] = texts.Select(text => text.Length / 2.0).ToArray(),
        };
    }, batched: true, removeColumns: ["text"], cache: cache);

    /// <summary>The stored result was not used.</summary>
    private sealed class Computed : Exception;
}
