using System.IO.Compression;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>Data files in zip archives.</summary>
internal sealed class ZipReader : DataReader
{
    internal override int ShortCount => 400;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
    [
        new("csv", "data.csv.zip", Zip(("data.csv", "a,b\n1,2\n"))),
        new("text", "data.txt.zip", Zip(("data.txt", string.Join('\n', Enumerable.Range(0, 300).Select(i => $"line {i}"))))),
        new("several", "data.jsonl.zip", Zip(("x/a.jsonl", "{\"a\": 1}\n"), ("../b.jsonl", "{\"a\": 2}\n"))),
    ];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed)
    {
        // The directory at the end says where the members are and how large they become.
        const int Directory = 150;
        return ByteMutator.Mutate(random, seed.Content, random.OneIn(2) ? Math.Max(0, seed.Content.Length - Directory) : 0);
    }

    private static byte[] Zip(params (string Name, string Text)[] files)
    {
        var target = new MemoryStream();
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create))
            foreach (var (name, text) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(FuzzFixtures.Utf8(text));
            }
        return target.ToArray();
    }
}
