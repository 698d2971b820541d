using PeftSharp.Vision;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>Images.</summary>
internal sealed class ImageReader : FuzzReader
{
    internal override int ShortCount => 800;

    protected override IEnumerable<FuzzSeed> CreateSeeds() => Directory.GetFiles(FuzzFixtures.At("reference", "images"), "*.*")
        .Concat(Directory.GetFiles(FuzzFixtures.At("vision", "images"), "*.*", SearchOption.AllDirectories))
        .Where(path => Path.GetExtension(path) is ".png" or ".jpg" or ".bmp").Order(StringComparer.Ordinal)
        .Select(path => new FuzzSeed(Path.GetFileName(path), Path.GetFileName(path), File.ReadAllBytes(path)));

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => ImageMutator.Mutate(random, seed.Content);

    internal override void Read(string folder, string file) => RgbImage.Load(file, maxPixels: 1 << 20);
}
