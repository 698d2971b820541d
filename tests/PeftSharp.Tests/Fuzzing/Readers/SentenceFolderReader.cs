using System.Text.Json.Nodes;
using PeftSharp.Prediction;
using PeftSharp.Serialization;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The configuration files of sentence-transformers.</summary>
internal sealed class SentenceFolderReader : FuzzReader
{
    internal override int ShortCount => 80;

    protected override IEnumerable<FuzzSeed> CreateSeeds()
    {
        using var scope = NewDisposeScope();
        var cases = FuzzFixtures.Json("sentences", "expected.json")["cases"]!.AsArray();
        var shared = Files(FuzzFixtures.At("reference", "models", "bert-token-classification"), "config.json", "model.safetensors")
            .Concat(Files(FuzzFixtures.At("prediction", "bert-tokenizer"))).ToArray();
        foreach (var row in cases.Where(row => (string?)row!["name"] is "all" or "dense" or "prompt of the folder"))
        {
            var own = row!["files"]!.AsObject().ToDictionary(file => file.Key, file => FuzzFixtures.Utf8(file.Value!.ToJsonString()));
            var files = shared.Concat(own).ToDictionary(file => file.Key, file => file.Value);
            foreach (var dense in own.Keys.Where(file => file.EndsWith("Dense/config.json", StringComparison.Ordinal)))
                files[dense.Replace("config.json", "model.safetensors", StringComparison.Ordinal)] = Weights(row["files"]![dense]!);
            foreach (var file in own.Keys) yield return FuzzFixtures.Seed((string)row["name"]!, file, files);
        }
    }

    private static IEnumerable<KeyValuePair<string, byte[]>> Files(string folder, params string[] names) => Directory.GetFiles(folder)
        .Where(path => names.Length == 0 || names.Contains(Path.GetFileName(path)))
        .Select(path => KeyValuePair.Create(Path.GetFileName(path), File.ReadAllBytes(path)));

    private static byte[] Weights(JsonNode config)
    {
        using var folder = new TemporaryFolder();
        var (outputs, inputs) = ((int)config["out_features"]!, (int)config["in_features"]!);
        var tensors = new Dictionary<string, Tensor> { ["linear.weight"] = ones(outputs, inputs) };
        if ((bool)config["bias"]!) tensors["linear.bias"] = ones(outputs);
        Safetensors.Save(folder.File("weights"), tensors);
        return File.ReadAllBytes(folder.File("weights"));
    }

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => JsonMutator.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        using var encoder = SentenceEncoder.FromPretrained(folder);
        encoder.Encode("a text");
    }
}
