using PeftSharp.Vision;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>metadata.csv of a folder of images.</summary>
internal sealed class ImageMetadataReader : FuzzReader
{
    private static readonly byte[] _image = File.ReadAllBytes(FuzzFixtures.At("reference", "images", "one-pixel.png"));

    private static readonly Dictionary<string, byte[]> _images = new() { ["train/a.png"] = _image, ["train/deep/b.png"] = _image };

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
    [
        new("csv", "train/metadata.csv", FuzzFixtures.Utf8("file_name,text\ndeep/b.png,a dog\na.png,a cat\n"), _images),
    ];

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) =>
        TextMutator.Mutate(random, seed.Content, "../", "/etc/hostname", "\"", ",", "\0", "..\\", "//", "file_name", "null", "{", "}");

    internal override void Read(string folder, string file)
    {
        foreach (var (_, data) in ImageFolder.LoadDataset(folder))
            foreach (var row in data)
                Path.GetFullPath(row.GetString("image")).Should().StartWith(folder);
    }
}
