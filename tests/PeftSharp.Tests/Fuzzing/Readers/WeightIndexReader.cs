using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>model.safetensors.index.json of weights in several files.</summary>
internal sealed class WeightIndexReader : FuzzReader
{
    internal override int ShortCount => 150;

    protected override IEnumerable<FuzzSeed> CreateSeeds()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        CheckpointTensors.Save(folder.Path, Enumerable.Range(0, 6).Select(i => KeyValuePair.Create($"layer.{i}", ones(4, i + 1))), "100");
        return [FuzzSeed.OfFolder(folder.Path, "model.safetensors.index.json") with { Name = "shards" }];
    }

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => JsonMutator.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = CheckpointTensors.Open(folder);
        foreach (var name in checkpoint.Tensors.Keys) checkpoint.CopyTo(name, zeros(checkpoint.Tensors[name].Shape.ToArray()));
    }
}
