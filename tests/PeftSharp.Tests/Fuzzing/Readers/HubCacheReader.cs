using PeftSharp.Hub;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The files of the Hub's cache that say what it contains.</summary>
internal sealed class HubCacheReader : FuzzReader
{
    private static readonly string _commit = new('a', 40);

    protected override IEnumerable<FuzzSeed> CreateSeeds()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var model = FuzzFixtures.At("reference", "models", "bert-masked-lm");
        CheckpointTensors.Save(folder.Path, Safetensors.Load(Path.Combine(model, "model.safetensors")), "60KB");
        const string Root = "hub/models--owner--name";
        var files = Directory.GetFiles(folder.Path).Append(Path.Combine(model, "config.json"))
            .ToDictionary(path => $"{Root}/snapshots/{_commit}/{Path.GetFileName(path)}", File.ReadAllBytes);
        files[$"{Root}/refs/main"] = FuzzFixtures.Utf8(_commit);
        return [.. files.Keys.Where(file => !file.EndsWith(".safetensors", StringComparison.Ordinal))
            .Select(file => FuzzFixtures.Seed("cache", file, files))];
    }

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) =>
        seed.FileName.EndsWith(".json", StringComparison.Ordinal) ? JsonMutator.Mutate(random, seed)
            : TextMutator.Mutate(random, seed.Content, "../", "/", "\n", "\0", "main", _commit);

    internal override void Read(string folder, string file)
    {
        var hub = new HubOptions { CacheFolder = Path.Combine(folder, "hub"), Offline = true };
        using var scope = NewDisposeScope();
        AutoModel.FromPretrained("owner/name", new PretrainedOptions { Hub = hub });
    }
}
