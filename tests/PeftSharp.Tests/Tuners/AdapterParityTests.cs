using System.Text.Json.Nodes;
using PeftSharp.Serialization;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>
/// Every recorded adapter whose method and family are supported: names, initial values, gradients, files, and the answers of the new, the
/// trained, the disabled and the merged adapter.
/// </summary>
[Trait("Category", "Parity")]
public sealed class AdapterParityTests
{
    // float32 sums of a few hundred terms in another order; gradients sum once more over the batch
    private const double Outputs = 1e-5, Gradients = 1e-4;

    // Singular vectors and QR factors from two builds of LAPACK differ by the rounding of the decomposition, a few hundred times that of a
    // sum.
    private const double Decompositions = 2e-4;

    public static TheoryData<string> Cases => Recorded.Cases;

    [SkippableTheory, MemberData(nameof(Cases))]
    public void A_fresh_adapter_has_the_names_numbers_and_answers_of_peft(string name)
    {
        using var scope = NewDisposeScope();
        var recorded = Recorded.Open(name);
        using var peft = recorded.Fresh();
        var trained = peft.named_parameters().Where(pair => pair.parameter.requires_grad)
            .ToDictionary(pair => pair.name, pair => pair.parameter);
        trained.Keys.Order(StringComparer.Ordinal).Should().Equal(recorded.Trainable.Keys.Order(StringComparer.Ordinal));
        foreach (var (key, shape) in recorded.Trainable) trained[key].shape.Should().Equal(shape);
        Assert.Equal(recorded.Counts, peft.CountTrainableParameters());

        if (TestDevice.Current.type == DeviceType.CPU)
            foreach (var (key, value) in recorded.Tensors("fresh.")) EqualUpToSigns(recorded, key, value, trained[key]);
        Close.Equal(recorded["logits.fresh"], recorded.Logits(peft), Outputs, "logits.fresh");
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void A_saved_adapter_of_peft_gives_its_answers_loss_and_gradients(string name)
    {
        using var scope = NewDisposeScope();
        var recorded = Recorded.Open(name);
        using var peft = PeftModel.FromPretrained(recorded.Base(), recorded.Adapter, isTrainable: true);
        peft.eval();
        using var inputs = recorded.Inputs();
        var output = peft.call(inputs);
        Close.Equal(recorded["logits.tuned"], output.Logits!, Outputs, "logits.tuned");
        Close.Equal(recorded["loss.tuned"], output.Loss!, Outputs, "loss.tuned");
        output.Loss!.backward();
        var parameters = peft.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        var gradients = recorded.Tensors("grad.").ToArray();
        // A key's bias shifts every score of a query alike, so its gradient is zero but for rounding: it is measured by a hundredth of the
        // adapter's largest.
        var rounding = gradients.Max(pair => pair.Value.abs().max().item<float>()) * 1e-2;
        foreach (var (key, value) in gradients) Close.Equal(value, parameters[key].grad!, Gradients, key, rounding);
        parameters.Where(pair => pair.Value.grad is not null).Select(pair => pair.Key).Order(StringComparer.Ordinal)
            .Should().Equal(gradients.Select(pair => pair.Key).Order(StringComparer.Ordinal));
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void The_adapter_off_and_merged_answers_as_in_peft(string name)
    {
        using var scope = NewDisposeScope();
        var recorded = Recorded.Open(name);
        var peft = PeftModel.FromPretrained(recorded.Base(), recorded.Adapter);
        peft.eval();
        using (peft.DisableAdapter()) Close.Equal(recorded.Disabled, recorded.Logits(peft), Outputs, "logits.disabled");
        Close.Equal(recorded["logits.tuned"], recorded.Logits(peft), Outputs, "logits after the adapter was off");

        if (!recorded.IsMerged)
        {
            FluentActions.Invoking(() => peft.Merge()).Should().ThrowExactly<NotSupportedException>();
            FluentActions.Invoking(() => peft.MergeAndUnload()).Should().ThrowExactly<NotSupportedException>();
            using var unloaded = peft.Unload();
            Close.Equal(recorded.Disabled, recorded.Logits(unloaded), Outputs, "logits of the unloaded model");
            return;
        }
        var before = peft.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.clone());
        peft.Merge(safeMerge: false);
        Close.Equal(recorded["logits.merged"], recorded.Logits(peft), Outputs, "logits.merged");
        using (peft.DisableAdapter()) Close.Equal(recorded.Disabled, recorded.Logits(peft), Outputs, "logits.disabled while merged");
        Close.Equal(recorded["logits.merged"], recorded.Logits(peft), Outputs, "logits.merged after it was off");
        peft.Unmerge();
        var after = peft.state_dict();
        foreach (var (key, value) in before) TinyModels.AssertSame(value, after[key], key);

        using var merged = peft.MergeAndUnload(safeMerge: false);
        Close.Equal(recorded["logits.merged"], recorded.Logits(merged), Outputs, "logits of the unloaded model");
        using var plain = recorded.Base();
        merged.state_dict().Keys.Should().Equal(plain.state_dict().Keys);
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void A_saved_adapter_has_the_files_of_peft(string name)
    {
        using var scope = NewDisposeScope();
        var recorded = Recorded.Open(name);
        using var peft = PeftModel.FromPretrained(recorded.Base(), recorded.Adapter);
        var folder = Directory.CreateTempSubdirectory("peftsharp-").FullName;
        try
        {
            peft.SavePretrained(folder);
            var (expected, saved) = (Safetensors.Load(Path.Combine(recorded.Adapter, "adapter_model.safetensors")),
                Safetensors.Load(Path.Combine(folder, "adapter_model.safetensors")));
            saved.Keys.Order(StringComparer.Ordinal).Should().Equal(expected.Keys.Order(StringComparer.Ordinal));
            foreach (var (key, value) in expected) Close.Equal(value, saved[key], 0, key);
            var (wanted, written) = (JsonFile.Read(Path.Combine(recorded.Adapter, "adapter_config.json")),
                JsonFile.Read(Path.Combine(folder, "adapter_config.json")));
            written.Select(field => field.Key).Should().Equal(wanted.Select(field => field.Key));
            foreach (var (field, value) in wanted)
                Assert.True(JsonNode.DeepEquals(Sorted(field, value), Sorted(field, written[field])),
                    $"{field} is {written[field]?.ToJsonString()} instead of {value?.ToJsonString()}.");

            using var again = PeftModel.FromPretrained(recorded.Base(), folder);
            again.eval();
            Close.Equal(recorded["logits.tuned"], recorded.Logits(again), Outputs, "logits of the adapter saved here");
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    /// <summary>
    /// peft keeps names in sets, so their order in the file has no meaning; with prompt tuning the file names the head of a task twice.
    /// </summary>
    private static JsonNode? Sorted(string field, JsonNode? value) =>
        field is "target_modules" or "exclude_modules" or "feedforward_modules" or "modules_to_save" && value is JsonArray names
            ? new JsonArray(
                [.. names.Select(name => (string)name!).Distinct().Order(StringComparer.Ordinal).Select(name => (JsonNode)name)])
            : value?.DeepClone();

    /// <summary>A decomposition does not determine the sign of each pair of vectors.</summary>
    private static void EqualUpToSigns(Recorded recorded, string key, Tensor expected, Tensor actual)
    {
        var isDecomposed = recorded.Initialization is "olora"
            || recorded.Initialization?.StartsWith("pissa", StringComparison.Ordinal) == true;
        // A QR factor and a norm are sums, which round.
        var isSum = recorded.Initialization == "orthogonal" || key.Contains(".lora_magnitude_vector.", StringComparison.Ordinal);
        if (isDecomposed && key.Contains(".lora_", StringComparison.Ordinal))
            Close.Equal(expected.abs(), actual.abs(), Decompositions, key);
        else if (isSum) Close.Equal(expected, actual, Outputs, key);
        else Close.Equal(expected, actual, 0, key);
    }
}
