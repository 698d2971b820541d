using PeftSharp.Modeling;
using PeftSharp.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Parity;

/// <summary>Every recorded model of every family that is served: outputs, gradients, the loss with dropout, left padding.</summary>
[Trait("Category", "Parity")]
public sealed class ModelParityTests : IDisposable
{
    private const double OutputTolerance = 1e-5;      // float32 sums in another order
    private const double GradientTolerance = 1e-4;    // the same, through all layers and back
    private static readonly Device _device = device(Environment.GetEnvironmentVariable("PEFTSHARP_DEVICE") ?? "cpu");
    private readonly DisposeScope _scope = NewDisposeScope();

    public static IEnumerable<object[]> Cases() => RecordedModels.Cases();

    public void Dispose() => _scope.Dispose();

    [SkippableTheory, MemberData(nameof(Cases))]
    public void Outputs_loss_and_every_gradient_are_those_of_transformers(string name)
    {
        var (model, expected) = Load(name);
        using var output = model.call(Inputs(expected, "input.", hiddenStates: true));
        var ours = output.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value);
        foreach (var key in Recorded(expected, "output.")) Near.Equal(expected.Read("output." + key), ours[key], OutputTolerance, key);

        output.Loss!.backward();
        var gradients = model.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.grad);
        var recorded = Recorded(expected, "grad.").ToArray();
        Assert.Equal(gradients.Where(pair => pair.Value is not null).Select(pair => pair.Key).Order(StringComparer.Ordinal), recorded.Order(StringComparer.Ordinal));
        foreach (var key in recorded) Near.Equal(expected.Read("grad." + key), gradients[key]!, GradientTolerance, key);
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void With_the_same_seed_dropout_gives_the_loss_of_transformers(string name)
    {
        var (model, expected) = Load(name);
        Skip.IfNot(expected.Tensors.ContainsKey("train.seed1234.loss"), "No training loss was recorded.");
        Skip.If(_device.type != DeviceType.CPU, "The recorded random numbers are those of the CPU.");
        model.train();
        manual_seed(1234);
        using var output = model.call(Inputs(expected, "input."));
        Near.Equal(expected.Read("train.seed1234.loss"), output.Loss!, OutputTolerance, "loss");
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void Left_padding_with_positions_from_the_mask_gives_the_logits_of_transformers(string name)
    {
        var (model, expected) = Load(name);
        Skip.IfNot(expected.Tensors.ContainsKey("left.logits"), "No left-padded batch was recorded.");
        using var output = model.call(Inputs(expected, "left."));
        var read = expected.Read("left.attention_mask").@bool();                                    // what a padding token says is nobody's business
        Near.Equal(expected.Read("left.logits")[read], output.Logits!.cpu()[read], OutputTolerance, "left.logits");
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void A_saved_model_has_the_names_of_the_recorded_one_and_loads_to_the_same_output(string name)
    {
        var (model, expected) = Load(name);
        var folder = Directory.CreateTempSubdirectory("peftsharp").FullName;
        try
        {
            model.SavePretrained(folder);
            using var saved = CheckpointTensors.Open(folder);
            using var original = CheckpointTensors.Open(RecordedModels.Need("models", name));
            Assert.Equal(original.Tensors.Keys.Order(StringComparer.Ordinal), saved.Tensors.Keys.Order(StringComparer.Ordinal));
            using var again = RecordedModels.Load(folder);
            Assert.Equal(model.Config.Architectures, again.Config.Architectures);
            using var first = model.call(Inputs(expected, "input."));
            using var second = again.to(_device).call(Inputs(expected, "input."));
            foreach (var (key, value) in first.Tensors) Assert.True(value.Equals(second.Tensors.First(pair => pair.Key == key).Value), key);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private (PretrainedModel Model, CheckpointTensors Expected) Load(string name)
    {
        Skip.If(name.Length == 0, "No recorded model of a family that is served.");
        var folder = RecordedModels.Need("models", name);
        var model = RecordedModels.Load(folder);
        Assert.True(model.LoadReport!.IsComplete, model.LoadReport.ToString());
        model.to(_device);
        return (model, CheckpointTensors.Open(Path.Combine(folder, "expected.safetensors")));
    }

    private static IEnumerable<string> Recorded(CheckpointTensors tensors, string prefix) =>
        tensors.Tensors.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Select(key => key[prefix.Length..]);

    private static ModelInputs Inputs(CheckpointTensors tensors, string prefix, bool hiddenStates = false)
    {
        var names = Recorded(tensors, prefix).Where(key => key != "logits");
        return new ModelInputs(names.Select(key => KeyValuePair.Create(key, tensors.Read(prefix + key, _device)))) { OutputHiddenStates = hiddenStates };
    }
}
