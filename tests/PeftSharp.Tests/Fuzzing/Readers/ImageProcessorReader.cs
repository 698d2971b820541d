using PeftSharp.Vision;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>preprocessor_config.json, and an image.</summary>
internal sealed class ImageProcessorReader : FuzzReader
{
    internal override TimeSpan TimeLimit => TimeSpan.FromSeconds(15);

    /// <summary>An image is resized to at most 16 million pixels.</summary>
    internal override long AllocationLimit(long inputBytes) => 1L << 30;

    internal override long ResidentLimit(long inputBytes) => 1L << 30;

    protected override IEnumerable<FuzzSeed> CreateSeeds() => FuzzFixtures.Folders("reference", "images")
        .Select(folder => FuzzSeed.OfFolder(folder, "preprocessor_config.json"))
        .Concat(FuzzFixtures.Folders("reference", "images").Select(folder => FuzzSeed.OfFolder(folder, "preprocessor_config.json") with
        {
            FileName = "processor_config.json",
            Content = [.. "{\"image_processor\": "u8, .. File.ReadAllBytes(Path.Combine(folder, "preprocessor_config.json")), .. "}"u8],
        }));

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => JsonMutator.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        using var scope = NewDisposeScope();
        AutoImageProcessor.FromPretrained(folder).Process(new RgbImage(5, 3));
    }
}
