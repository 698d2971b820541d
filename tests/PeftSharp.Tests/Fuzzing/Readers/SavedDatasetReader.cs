using PeftSharp.Data;
using PeftSharp.Tests.Data;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The files of a dataset that was saved to disk: Arrow data and descriptions. The data are mapped into memory.</summary>
internal sealed class SavedDatasetReader : FuzzReader
{
    internal override int ShortCount => 250;

    protected override IEnumerable<FuzzSeed> CreateSeeds()
    {
        using var folder = new TemporaryFolder();
        var dataset = SavedDatasets.AllTypes(7);
        new DatasetDict { ["train"] = dataset, ["test"] = dataset.Select([1, 2]) }.SaveToDisk(folder.File("saved"));
        string[] files = [.. Directory.GetFiles(folder.File("saved"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(folder.Path, path)).Order(StringComparer.Ordinal)];
        // The data are as likely as all descriptions together.
        var data = files.Where(file => file.EndsWith(".arrow", StringComparison.Ordinal)).ToArray();
        return [.. files.Except(data).Concat(data).Concat(data).Select(file => FuzzSeed.OfFolder(folder.Path, file))];
    }

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) =>
        seed.FileName.EndsWith(".json", StringComparison.Ordinal) ? JsonMutator.Mutate(random, seed)
            : ByteMutator.Mutate(random, seed.Content, 0, random.OneIn(2) ? 8000 : null);         // the schema is at the start

    internal override void Read(string folder, string file)
    {
        foreach (var (_, split) in DatasetDict.LoadFromDisk(Path.Combine(folder, "saved"), keepInMemory: file.Length % 2 == 0))
        {
            foreach (var row in split)
                foreach (var (_, value) in row) SavedDatasets.Text(value);
            split.Select(Enumerable.Range(0, split.Count).Reverse()).SaveToDisk(Path.Combine(folder, "copy"));
            Directory.Delete(Path.Combine(folder, "copy"), recursive: true);
        }
    }

    internal override bool IsExpected(Exception error) => error is PeftSharpException or FileNotFoundException;
}
