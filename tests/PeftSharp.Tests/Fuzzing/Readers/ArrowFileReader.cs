using Apache.Arrow.Ipc;
using PeftSharp.Tests.Data;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>Arrow files as data files.</summary>
internal sealed class ArrowFileReader : DataReader
{
    internal override int ShortCount => 400;

    protected override IEnumerable<FuzzSeed> CreateSeeds()
    {
        using var folder = new TemporaryFolder();
        SavedDatasets.AllTypes(7).SaveToDisk(folder.File("saved"));
        var seeds = Directory.GetFiles(folder.File("saved"), "*.arrow")
            .Select(path => new FuzzSeed("all types", "data.arrow", File.ReadAllBytes(path))).ToList();
        foreach (var codec in Enum.GetValues<CompressionCodecType>())
            seeds.Add(new FuzzSeed($"{codec}", "data.arrow", File.ReadAllBytes(
                CompressedArrowTests.Write(SavedDatasets.AllTypes(50), folder.File($"{codec}"), codec, hasFooter: false))));
        return seeds;
    }

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) =>
        ByteMutator.Mutate(random, seed.Content, 0, random.OneIn(2) ? 8000 : null);
}
