using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>adapter_config.json of every method: the configuration, and the adapter with a model.</summary>
internal sealed class AdapterConfigReader : FuzzReader
{
    internal override int ShortCount => 120;

    protected override IEnumerable<FuzzSeed> CreateSeeds() => FuzzFixtures.Folders("reference", "peft")
        .Select(folder => Path.Combine(folder, "adapter")).Where(Directory.Exists)
        .Select(folder => FuzzSeed.OfFolder(folder, "adapter_config.json"));

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => JsonMutator.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        PeftConfig.FromPretrained(folder);
        var isBert = File.ReadAllText(file).Contains("SEQ_CLS", StringComparison.Ordinal);
        var family = FuzzFixtures.At("reference", "peft", "base", isBert ? "bert" : "gpt2");
        using var model = isBert ? AutoModelForSequenceClassification.FromPretrained(family) : AutoModelForCausalLM.FromPretrained(family);
        using var peft = PeftModel.FromPretrained(model, folder);
        peft.call(new ModelInputs { InputIds = zeros([1, 3], ScalarType.Int64) });
    }
}
