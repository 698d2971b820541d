using ZstdSharp;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>Files with zstd compression, with and without checksums, of one or several frames.</summary>
internal sealed class ZstdReader : DataReader
{
    internal override int ShortCount => 500;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
    [
        new("text", "data.txt.zst", Compress(string.Join('\n', Enumerable.Range(0, 300).Select(i => $"line {i}")), hasChecksum: true)),
        new("csv", "data.csv.zst", Compress("a,b\n1,2\n", hasChecksum: false)),
        new("parts", "data.jsonl.zst",
            [.. Compress("{\"a\": 1}\n", hasChecksum: false), .. Compress("{\"a\": 2}\n", hasChecksum: true)]),
        new("large", "data.txt.zst", Compress(new string('x', 400_000), hasChecksum: true)),
    ];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => random.OneIn(20)
        ? [.. seed.Content, .. random.OneIn(2) ? new byte[random.Next(1, 600)] : seed.Content]
        : ByteMutator.Mutate(random, seed.Content, 0, random.OneIn(2) ? 20 : null);

    private static byte[] Compress(string text, bool hasChecksum)
    {
        using var target = new MemoryStream();
        using (var zstd = new CompressionStream(target, leaveOpen: true))
        {
            zstd.SetParameter(ZstdSharp.Unsafe.ZSTD_cParameter.ZSTD_c_checksumFlag, hasChecksum ? 1 : 0);
            zstd.Write(FuzzFixtures.Utf8(text));
        }
        return target.ToArray();
    }
}
