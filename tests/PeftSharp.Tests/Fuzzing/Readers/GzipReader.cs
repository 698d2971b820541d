using System.IO.Compression;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>Files with gzip compression, whose lengths and checksums are checked.</summary>
internal sealed class GzipReader : DataReader
{
    internal override int ShortCount => 500;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
    [
        new("text", "data.txt.gz", Compress(string.Join('\n', Enumerable.Range(0, 300).Select(i => $"line {i}")))),
        new("csv", "data.csv.gz", Compress("a,b\n1,2\n")),
        new("parts", "data.jsonl.gz", [.. Compress("{\"a\": 1}\n"), .. Compress("{\"a\": 2}\n")]),
    ];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => random.OneIn(20)
        ? [.. seed.Content, .. random.OneIn(2) ? new byte[random.Next(1, 600)] : seed.Content]
        : ByteMutator.Mutate(random, seed.Content, 0, random.OneIn(2) ? 20 : null);

    private static byte[] Compress(string text)
    {
        using var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.Optimal)) gzip.Write(FuzzFixtures.Utf8(text));
        return target.ToArray();
    }
}
