using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>adapter_model.safetensors with other names and shapes.</summary>
internal sealed class AdapterWeightsReader : FuzzReader
{
    private readonly WeightsReader _weights = new();

    internal override int ShortCount => 60;

    protected override IEnumerable<FuzzSeed> CreateSeeds() =>
        ((string[])["ia3", "lora-all-linear", "lora-embedding", "lora-dora", "prompt-tuning"])
        .Select(name => FuzzFixtures.At("reference", "peft", name, "adapter")).Where(Directory.Exists)
        .Select(folder => FuzzSeed.OfFolder(folder, "adapter_model.safetensors"));

    internal override byte[] Mutate(FuzzRandom random, FuzzSeed seed) => _weights.Mutate(random, seed);

    internal override void Read(string folder, string file)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var model = AutoModelForCausalLM.FromPretrained(FuzzFixtures.At("reference", "peft", "base", "gpt2"));
        using var peft = PeftModel.FromPretrained(model, folder);
        peft.call(new ModelInputs { InputIds = zeros([1, 3], ScalarType.Int64) });
    }
}
