using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Serialization;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Parity;

/// <summary>
/// Every recorded model of a supported family: outputs, hidden states, loss, gradients, and the loss of a training step with dropout.
/// </summary>
[Trait("Category", "Parity")]
[AllThreads]
public sealed class ModelParityTests
{
    // float32 sums of a few hundred terms in another order; gradients sum once more over the batch
    private const double Outputs = 1e-5, Gradients = 1e-4;

    public static TheoryData<string> Cases => ReferenceRoot.Cases("models", "*");

    [SkippableTheory, MemberData(nameof(Cases))]
    public void Outputs_and_gradients_are_those_of_transformers(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Load(name);
        var expected = Safetensors.Load(ReferenceRoot.Require("models", name, "expected.safetensors"));
        using var inputs = Inputs(expected, "input.");
        var output = model.call(inputs, new ForwardOptions
        {
            OutputHiddenStates = model.OptionNames.Contains("output_hidden_states"),
            ReturnLoss = model.OptionNames.Contains("return_loss"),
        });
        var found = output.Tensors.ToDictionary(pair => $"output.{pair.Key}", pair => pair.Value);
        foreach (var (key, value) in expected.Where(pair => pair.Key.StartsWith("output.", StringComparison.Ordinal)))
            Close.Equal(value, found.Should().ContainKey(key).WhoseValue, Outputs, key);

        output.Loss!.backward();
        var parameters = model.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter);
        var gradients = expected.Where(pair => pair.Key.StartsWith("grad.", StringComparison.Ordinal)).ToArray();
        // The bias of a key adds the same value to every score of a query, so its gradient is zero except for rounding. Its tolerance is
        // relative to a hundredth of the largest gradient of the model.
        var rounding = gradients.Max(pair => pair.Value.abs().max().item<float>()) * 1e-2;
        foreach (var (key, value) in gradients)
            Close.Equal(value, parameters[key["grad.".Length..]].grad!, Gradients, key, rounding);
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void Dropout_draws_the_numbers_that_transformers_draws(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Load(name);
        var expected = Safetensors.Load(ReferenceRoot.Require("models", name, "expected.safetensors"));
        Skip.If(!expected.ContainsKey("train.seed1234.loss"), "This case records no training step.");
        Skip.If(TestDevice.Current.type != DeviceType.CPU, "A GPU has another random stream.");
        using var inputs = Inputs(expected, "input.");
        model.train();
        manual_seed(1234);
        Close.Equal(expected["train.seed1234.loss"], model.call(inputs).Loss!, Outputs, "loss");
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void Padding_on_the_left_gives_the_recorded_logits(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Load(name);
        var expected = Safetensors.Load(ReferenceRoot.Require("models", name, "expected.safetensors"));
        Skip.If(!expected.ContainsKey("left.logits"), "This case records no batch that is padded on the left.");
        using var inputs = Inputs(expected.Where(pair => pair.Key != "left.logits").ToDictionary(), "left.");
        var read = expected["left.attention_mask"].@bool();               // the logits of padding tokens are not used
        Close.Equal(expected["left.logits"][read], model.call(inputs).Logits!.cpu()[read], Outputs, "logits");
    }

    [SkippableTheory, MemberData(nameof(Cases))]
    public void A_saved_model_has_the_recorded_names_and_shapes_and_loads_to_the_same_bits(string name)
    {
        using var scope = NewDisposeScope();
        using var model = Load(name);
        model.LoadReport!.IsComplete.Should().BeTrue("the report is: {0}", model.LoadReport);
        var folder = Directory.CreateTempSubdirectory("peftsharp-").FullName;
        try
        {
            model.SavePretrained(folder);
            var recorded = Safetensors.Load(ReferenceRoot.Require("models", name, "model.safetensors"));
            var saved = Safetensors.Load(Path.Combine(folder, "model.safetensors"));
            saved.Keys.Order(StringComparer.Ordinal).Should().Equal(recorded.Keys.Order(StringComparer.Ordinal));
            foreach (var (key, value) in recorded) Close.Equal(value, saved[key], 0, key);
        }
        finally { Directory.Delete(folder, recursive: true); }
    }

    private static PretrainedModel Load(string name)
    {
        var folder = ReferenceRoot.Require("models", name);
        var config = JsonFile.Read(Path.Combine(folder, "config.json"));
        var type = (string)config["model_type"]!;
        Skip.IfNot(ModelFamilies.ModelTypes.Contains(type), $"The family '{type}' is not served.");
        var architecture = (string)config["architectures"]![0]!;
        var task = architecture.EndsWith("LMHeadModel", StringComparison.Ordinal) ? ModelTask.CausalLM
            : ModelFamilies.Get(type).Builders.Keys.Single(
                task => architecture.EndsWith(task == ModelTask.FeatureExtraction ? "Model" : $"For{task}", StringComparison.Ordinal));
        return AutoLoader.FromPretrained(folder, task, new PretrainedOptions { Device = TestDevice.Current });
    }

    private static ModelInputs Inputs(Dictionary<string, Tensor> expected, string prefix) =>
        new(expected.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(pair => KeyValuePair.Create(pair.Key[prefix.Length..], pair.Value.to(TestDevice.Current))));
}
