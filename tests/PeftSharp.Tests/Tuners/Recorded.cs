using System.Text.Json.Nodes;
using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Serialization;
using PeftSharp.Tuners;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Tuners;

/// <summary>A recorded adapter: its files, the base model, the inputs and what peft answered.</summary>
internal sealed class Recorded
{
    private const int SeedOffset = 7;
    private readonly Dictionary<string, Tensor> _tensors;
    private readonly Dictionary<string, Tensor> _inputs;
    private readonly JsonObject _about;
    private readonly string _base;
    private readonly long _seed;

    private Recorded(string folder)
    {
        _about = JsonFile.Read(Path.Combine(folder, "about.json"));
        _base = ReferenceRoot.Require("peft", "base", (string)_about["family"]!);
        Adapter = Path.Combine(folder, "adapter");
        var file = Path.Combine(folder, "expected.safetensors");
        _tensors = OnDevice(Safetensors.Load(file));
        using (var open = SafetensorsFile.Open(file))
            _seed = long.Parse(open.Metadata["seed"], System.Globalization.CultureInfo.InvariantCulture);
        _inputs = OnDevice(Safetensors.Load(Path.Combine(_base, "expected.safetensors")));
        Initialization = JsonFile.Read(Path.Combine(Adapter, "adapter_config.json"))["init_lora_weights"] is JsonValue value
            && value.TryGetValue<string>(out var name) ? name : null;
    }

    /// <summary>Every recorded adapter whose method is supported.</summary>
    internal static TheoryData<string> Cases =>
        ReferenceRoot.Cases("peft", "*", folder => Path.Combine(folder, "adapter", "adapter_config.json") is var file && File.Exists(file)
        && PeftMethods.PeftTypes.Contains((string?)JsonFile.Read(file)["peft_type"]));

    /// <summary>The case of that name; the test is skipped if there is no such case or its family is not supported.</summary>
    internal static Recorded Open(string name)
    {
        Skip.If(name.Length == 0, "The root has no such adapters.");
        var folder = ReferenceRoot.Require("peft", name);
        var family = (string)JsonFile.Read(Path.Combine(folder, "about.json"))["family"]!;
        var type = (string)JsonFile.Read(Path.Combine(ReferenceRoot.Require("peft", "base", family), "config.json"))["model_type"]!;
        Skip.IfNot(ModelFamilies.ModelTypes.Contains(type), $"The family '{type}' is not supported.");
        return new Recorded(folder);
    }

    internal string Adapter { get; }

    /// <summary>The name of the initialization; null for true and false.</summary>
    internal string? Initialization { get; }

    internal Tensor this[string name] => _tensors[name];

    /// <summary>Logits without the adapter; the base model's, where peft did not record them.</summary>
    internal Tensor Disabled => _tensors.GetValueOrDefault("logits.disabled") ?? _inputs["logits"];

    /// <summary>Whether peft could merge the adapter.</summary>
    internal bool IsMerged => _tensors.ContainsKey("logits.merged");

    internal Dictionary<string, long[]> Trainable => ((JsonObject)_about["trainable"]!).ToDictionary(
        pair => pair.Key, pair => ((JsonArray)pair.Value!).Select(size => (long)size!).ToArray());

    internal TrainableParameters Counts => new((long)_about["trainable_parameters"]!, (long)_about["all_parameters"]!);

    internal IEnumerable<KeyValuePair<string, Tensor>> Tensors(string prefix) =>
        _tensors.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(pair => KeyValuePair.Create(pair.Key[prefix.Length..], pair.Value));

    /// <summary>The base model, ready to answer.</summary>
    internal PretrainedModel Base()
    {
        var options = new PretrainedOptions { Device = TestDevice.Current };
        var architecture = (string)JsonFile.Read(Path.Combine(_base, "config.json"))["architectures"]![0]!;
        return architecture.EndsWith("ForSequenceClassification", StringComparison.Ordinal)
            ? AutoModelForSequenceClassification.FromPretrained(_base, options)
            : AutoModelForCausalLM.FromPretrained(_base, options);
    }

    /// <summary>The base model with a new adapter of the recorded configuration, drawn with the recorded seed.</summary>
    internal PeftModel Fresh()
    {
        var config = PeftConfigFile.Read(Adapter) with { InferenceMode = false };
        var model = Base();
        manual_seed(_seed + SeedOffset);
        var peft = model.GetPeftModel(config);
        peft.eval();
        return peft;
    }

    internal ModelInputs Inputs() => new(_inputs.Where(pair => pair.Key.StartsWith("input.", StringComparison.Ordinal))
        .Select(pair => KeyValuePair.Create(pair.Key["input.".Length..], pair.Value.alias())));

    internal Tensor Logits(PretrainedModel model)
    {
        using var free = no_grad();
        using var inputs = Inputs();
        return model.call(inputs).Logits!;
    }

    private static Dictionary<string, Tensor> OnDevice(Dictionary<string, Tensor> tensors) =>
        tensors.ToDictionary(pair => pair.Key, pair => pair.Value.to(TestDevice.Current));
}
