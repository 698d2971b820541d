using System.IO.Compression;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>Weights in files of torch.save: zip archives with a pickle, and the older format.</summary>
internal sealed class PyTorchFileReader : FuzzReader
{
    internal override int ShortCount => 400;

    protected override IEnumerable<FuzzSeed> CreateSeeds() => Directory.GetFiles(FuzzFixtures.At("pytorch"), "*.bin")
        .Order(StringComparer.Ordinal).Where(path => new FileInfo(path).Length < 200_000)
        .Select(path => new FuzzSeed(Path.GetFileName(path), "pytorch_model.bin", File.ReadAllBytes(path)));

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed)
    {
        if (seed.Content[0] != 'P' || random.OneIn(4)) return ByteMutator.Mutate(random, seed.Content, 0, random.OneIn(2) ? 2000 : null);
        using var source = new ZipArchive(new MemoryStream(seed.Content));
        var target = new MemoryStream();
        using (var zip = new ZipArchive(target, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var entry in source.Entries)
            {
                if (random.OneIn(20)) continue;
                using var data = new MemoryStream();
                using (var stream = entry.Open()) stream.CopyTo(data);
                var isPickle = entry.Name == "data.pkl";
                var name = random.OneIn(20) ? entry.FullName + "/../x" : entry.FullName;
                var level = random.OneIn(20) ? CompressionLevel.Fastest : CompressionLevel.NoCompression;
                using var copy = zip.CreateEntry(name, level).Open();
                copy.Write(isPickle || random.OneIn(8) ? ByteMutator.Mutate(random, [.. data.ToArray(), 0]) : data.ToArray());
            }
        return target.ToArray();
    }

    internal override void Read(string folder, string file)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = CheckpointTensors.Open(folder, allowPickle: true);
        foreach (var (name, tensor) in checkpoint.Tensors) checkpoint.CopyTo(name, zeros(tensor.Shape.ToArray()));
    }
}
