using PeftSharp.Modeling;
using PeftSharp.Models;
using PeftSharp.Serialization;
using PeftSharp.Tuners;
using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Models;

/// <summary>
/// Tests that every family must pass for every task: a test class of a family derives from this class and defines a small configuration.
/// </summary>
public abstract class FamilyTests<TConfig> : IDisposable where TConfig : PretrainedConfig
{
    private readonly DisposeScope _scope = NewDisposeScope();

    /// <summary>A small configuration without dropout, with 3 labels and two layers.</summary>
    protected abstract TConfig Tiny { get; }

    protected IEnumerable<ModelTask> Tasks => Tiny.Family.Builders.Keys;

    public void Dispose()
    {
        _scope.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether a model has a parameter that does not change its output.</summary>
    protected virtual bool IsUnused(ModelTask task, string parameter) => false;

    /// <summary>A batch of three rows.</summary>
    protected abstract ModelInputs Inputs(PretrainedModel model, bool labels);

    [Fact]
    public void A_saved_model_loads_to_the_same_bits_for_every_task()
    {
        foreach (var task in Tasks)
        {
            using var folder = new TemporaryFolder();
            using var model = Build(task);
            model.SavePretrained(folder.Path);
            using var loaded = AutoLoader.FromPretrained(folder.Path, task, null);
            Assert.True(loaded.LoadReport!.IsComplete, $"{task}: {loaded.LoadReport}");
            Assert.Equal(model.GetType(), loaded.GetType());
            AssertSameBits(model.state_dict(), loaded.state_dict());
            AssertEqual(model.call(Inputs(model, labels: false)), loaded.call(Inputs(model, labels: false)), 0, task.Name);
        }
    }

    [Fact]
    public void A_gradient_reaches_every_parameter_for_every_task_with_an_objective()
    {
        foreach (var task in Tasks)
        {
            using var model = Build(task);
            if (model.Objective is null) continue;
            model.train();
            Loss(model, Inputs(model, labels: true)).backward();
            foreach (var (name, parameter) in model.named_parameters().Where(pair => !IsUnused(task, pair.name)))
            {
                Assert.True(parameter.grad is not null, $"{task}: no gradient reaches {name}.");
                Assert.True(parameter.grad!.isfinite().all().item<bool>(), $"{task}: the gradient of {name} is not finite.");
                // Softmax is invariant to a constant that is added to all scores, so the gradient of a key's bias or of one bias for all
                // choices is 0.
                if (!name.EndsWith(".bias", StringComparison.Ordinal))
                    parameter.grad.abs().max().item<float>().Should().BeGreaterThan(0, $"the gradient of {name} ({task}) is not 0");
            }
        }
    }

    [Fact]
    public void LoRA_on_the_default_targets_starts_as_the_base_model_and_trains()
    {
        foreach (var task in Tasks)
        {
            using var model = Build(task);
            if (model.Objective is null) continue;
            var inputs = Inputs(model, labels: true);
            var before = Loss(model, inputs).item<float>();
            using var peft = model.GetPeftModel(new LoraConfig { R = 2 });
            Assert.Equal(before, Loss(peft, inputs).item<float>());
            peft.train();
            Loss(peft, inputs).backward();
            var trained = peft.named_parameters().Where(pair => pair.parameter.requires_grad).ToArray();
            trained.Should().NotBeEmpty();
            trained.Should().AllSatisfy(pair => pair.name.Should().Contain("lora_"));
            trained.Where(pair => pair.name.Contains("lora_B", StringComparison.Ordinal))
                .Should().AllSatisfy(
                    pair => pair.parameter.grad!.abs().max().item<float>().Should().BeGreaterThan(0, $"{pair.name} is trained"));
        }
    }

    [Fact]
    public void An_adapter_of_peft_with_only_the_last_layer_of_the_head_is_loaded()
    {
        if (!Tasks.Contains(ModelTask.SequenceClassification)) return;
        using var folder = new TemporaryFolder();
        var config = new LoraConfig { R = 2, TaskType = TaskType.SeqCls };
        using var trained = Build(ModelTask.SequenceClassification).GetPeftModel(config);
        var last = new[] { "classifier", "score" };
        using (no_grad())
            foreach (var (name, parameter) in trained.named_parameters())
                if (name.Contains("lora_B", StringComparison.Ordinal) || (parameter.requires_grad && last.Any(name.Contains)))
                    parameter.add_(0.125);
        trained.eval();
        trained.SavePretrained(folder.Path);

        // What peft writes: it does not train the other layers of a head.
        var file = Path.Combine(folder.Path, "adapter_model.safetensors");
        Safetensors.Save(file, Safetensors.Load(file)
            .Where(pair => pair.Key.Contains(".lora_", StringComparison.Ordinal) || last.Any(pair.Key.Contains)).ToList());
        var json = JsonFile.Read(Path.Combine(folder.Path, "adapter_config.json"));
        json["modules_to_save"] = new System.Text.Json.Nodes.JsonArray([.. last]);
        JsonFile.Write(Path.Combine(folder.Path, "adapter_config.json"), json);

        using var loaded = PeftModel.FromPretrained(Build(ModelTask.SequenceClassification), folder.Path);
        loaded.PeftConfigs["default"].ModulesToSave.Should().Equal(last);
        // Not 0: the last bit of libtorch's products depends on the addresses of the tensors.
        AssertEqual(trained.call(Inputs(trained, labels: false)), loaded.call(Inputs(loaded, labels: false)), 1e-6, "loaded");
    }

    [Fact]
    public void Every_module_from_one_tensor_to_one_tensor_can_be_replaced_by_a_wrapper()
    {
        foreach (var task in Tasks)
        {
            using var model = Build(task);
            // The model uses the head of a masked language model in two steps, so the head cannot be wrapped as one layer.
            foreach (var place in ModuleTree.Walk(model)
                .Where(place => place.Module is TorchSharp.torch.nn.Module<Tensor, Tensor> && !place.Module.children()
                    .Any(child => child == model.OutputEmbeddings || child.children().Contains(model.OutputEmbeddings))))
            {
                using var wrapper = new Wrapper();
                ModuleTree.Replace(place, wrapper);
                ModuleTree.Replace(place with { Module = wrapper }, place.Module);
            }
        }
    }

    private sealed class Wrapper() : TorchSharp.torch.nn.Module<Tensor, Tensor>(nameof(Wrapper))
    {
        public override Tensor forward(Tensor x) => x;
    }

    private static Tensor Loss(PretrainedModel model, ModelInputs inputs) =>
        model.call(inputs, new ForwardOptions { ReturnLoss = model.OptionNames.Contains("return_loss") }).Loss!;

    protected PretrainedModel Build(ModelTask task)
    {
        manual_seed(3);
        var model = AutoLoader.FromConfig(Tiny, task);
        model.eval();
        return model;
    }

    protected static void AssertSameBits(Dictionary<string, Tensor> expected, Dictionary<string, Tensor> found)
    {
        found.Keys.Should().Equal(expected.Keys);
        foreach (var (name, tensor) in expected) Close.Equal(tensor, found[name], 0, name);
    }

    protected static void AssertEqual(ModelOutput expected, ModelOutput found, double tolerance, string what)
    {
        foreach (var (name, tensor) in expected.Predictions) Close.Equal(tensor, found[name]!, tolerance, $"{what} {name}");
    }
}
