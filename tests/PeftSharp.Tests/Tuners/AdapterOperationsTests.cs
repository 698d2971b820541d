using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Serialization;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>Two recorded adapters on one model: each alone, both active, combined, one per row of a batch, and merged together.</summary>
[Trait("Category", "Parity")]
public sealed class AdapterOperationsTests
{
    private const double Outputs = 1e-5;      // float32 sums of a few hundred terms in another order

    [SkippableFact]
    public void Adapters_switch_add_up_mix_by_row_and_merge_as_in_peft()
    {
        using var scope = NewDisposeScope();
        var (peft, expected) = Open();
        foreach (var name in new[] { "first", "second" })
        {
            peft.SetAdapter(name);
            Close.Equal(expected[$"logits.{name}"], Logits(peft, expected), Outputs, name);
        }
        peft.SetAdapter("first", "second");
        Close.Equal(expected["logits.first+second"], Logits(peft, expected), Outputs, "both at once");

        peft.SetAdapter("first");
        string[] rows = ["first", "__base__", "second", "first"];
        using (peft.UseAdapters(rows)) Close.Equal(expected["logits.mixed"], Logits(peft, expected), Outputs, "an adapter per row");
        Close.Equal(expected["logits.first"], Logits(peft, expected), Outputs, "after the batch with an adapter per row");

        using var merged = ((PeftModel<PretrainedModel>)peft).MergeAndUnload(adapterNames: ["first", "second"]);
        Close.Equal(expected["logits.merged.first+second"], Logits(merged, expected), Outputs, "merged together");
    }

    public static TheoryData<string, CombinationType, int?, double?> Combinations => new()
    {
        { "linear", CombinationType.Linear, null, null },
        { "cat", CombinationType.Cat, null, null },
        { "svd", CombinationType.Svd, 4, null },
        { "ties", CombinationType.Ties, null, 0.5 },
        { "ties_svd", CombinationType.TiesSvd, 4, 0.5 },
        { "magnitude_prune", CombinationType.MagnitudePrune, null, 0.5 },
    };

    [SkippableTheory, MemberData(nameof(Combinations))]
    public void Adapters_combine_as_in_peft(string name, CombinationType type, int? rank, double? density)
    {
        using var scope = NewDisposeScope();
        var (peft, expected) = Open();
        Skip.IfNot(expected.ContainsKey($"logits.{name}"), $"The root does not record '{name}'.");
        using var file = SafetensorsFile.Open(ReferenceRoot.Require("peft-operations", "expected.safetensors"));
        var weights = file.Metadata["weights"].Split(' ')
            .Select(weight => double.Parse(weight, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        peft.AddWeightedAdapter(["first", "second"], weights, name, type, rank, density);
        peft.SetAdapter(name);
        Close.Equal(expected[$"logits.{name}"], Logits(peft, expected), Outputs, name);
    }

    private static (PeftModel Model, Dictionary<string, Tensor> Expected) Open()
    {
        var folder = ReferenceRoot.Require("peft-operations");
        var expected = Safetensors.Load(Path.Combine(folder, "expected.safetensors"))
            .ToDictionary(pair => pair.Key, pair => pair.Value.to(TestDevice.Current));
        var model = AutoModelForCausalLM.FromPretrained(
            ReferenceRoot.Require("peft", "base", "gpt2"), new PretrainedOptions { Device = TestDevice.Current });
        var peft = PeftModel.FromPretrained(model, Path.Combine(folder, "first"), "first");
        peft.LoadAdapter(Path.Combine(folder, "second"), "second");
        peft.eval();
        return (peft, expected);
    }

    private static Tensor Logits(PretrainedModel model, Dictionary<string, Tensor> expected)
    {
        using var free = no_grad();
        return model.call(new ModelInputs { InputIds = expected["input_ids"], AttentionMask = expected["attention_mask"] }).Logits!;
    }
}
