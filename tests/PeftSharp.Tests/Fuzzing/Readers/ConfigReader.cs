using PeftSharp.Modeling;
using PeftSharp.Models;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>config.json of every family: the configuration, the model with its weights, and a call of the model.</summary>
internal sealed class ConfigReader : FuzzReader
{
    internal override int ShortCount => 120;

    protected override IEnumerable<FuzzSeed> CreateSeeds() => FuzzFixtures.Folders("reference", "models")
        .Select(folder => FuzzSeed.OfFolder(folder, "config.json", file => file == "model.safetensors"));

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => JsonMutator.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var options = new PretrainedOptions { IgnoreMismatchedSizes = new FileInfo(file).Length % 2 == 0 };
        using var model = AutoModel.FromPretrained(folder, options);
        if (model is not { Config: TextConfig }) return;
        var ids = zeros([1, 3], ScalarType.Int64);
        // The file is valid; a text that is longer than its number of positions is refused.
        try { model.call(new ModelInputs { InputIds = ids }); }
        catch (ArgumentException) { }
    }
}
