using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Serialization;
using PeftSharp.Tests.Tuners;
using PeftSharp.Training;
using PeftSharp.Tuners;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Training;

/// <summary>A TorchSharp module of the user's own is trained, saved, resumed and adapted as any model.</summary>
public sealed class ModuleModelTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _folder.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void A_module_learns_with_its_own_loss_or_an_objective_and_resumes_to_the_same_weights(bool ownLoss)
    {
        using var whole = Model(ownLoss);
        var trainer = Trainer(whole, "run", epochs: 4);
        trainer.Train();
        trainer.Evaluate()["eval_loss"].Should().BeLessThan(0.3);
        using var resumed = Model(ownLoss);
        Trainer(resumed, "resumed", epochs: 4).Train(resumeFromCheckpoint: Path.Combine(_folder.File("run"), "checkpoint-16"));
        var expected = TinyModels.Bits(whole);
        // TorchSharp's own layers multiply with the processor library's kernels, whose last bit depends on where in memory a tensor lies.
        foreach (var (name, tensor) in resumed.state_dict()) Close.Equal(expected[name], tensor, 1e-6, name);
        using var loaded = Model(ownLoss);
        whole.SavePretrained(_folder.File("saved"));
        loaded.LoadWeights(_folder.File("saved"));
        foreach (var (name, tensor) in loaded.state_dict()) TinyModels.AssertSame(expected[name], tensor, name);
        Safetensors.Load(Path.Combine(_folder.File("saved"), "model.safetensors")).Should().ContainKey("in.weight");
    }

    [Fact]
    public void A_module_is_adapted_with_a_layer_of_TorchSharp_trained_whole_and_saved_under_its_own_names()
    {
        using var peft = Model(ownLoss: false).GetPeftModel(new LoraConfig { R = 2, TargetModules = ["in"], ModulesToSave = ["out"] });
        Trainer(peft, "run", epochs: 4).Train();
        var inputs = new ModelInputs { ["values"] = randn(3, 4) };
        peft.eval();
        var expected = peft.call(inputs).Logits!;
        peft.SavePretrained(_folder.File("adapter"));
        Safetensors.Load(Path.Combine(_folder.File("adapter"), "adapter_model.safetensors")).Keys
            .Should().BeEquivalentTo("base_model.model.in.lora_A.weight", "base_model.model.in.lora_B.weight", "base_model.model.out.bias",
                "base_model.model.out.weight");
        using var loaded = PeftModel.FromPretrained(Model(ownLoss: false), _folder.File("adapter"));
        loaded.eval();
        Close.Equal(expected, loaded.call(inputs).Logits!, 0, "loaded");
        using var merged = loaded.MergeAndUnload();
        Close.Equal(expected, merged.call(inputs).Logits!, 1e-5, "merged");
    }

    [Fact]
    public void A_copy_of_a_layer_of_TorchSharp_draws_no_random_numbers_and_has_its_values_and_type()
    {
        using var linear = Linear(3, 2).to(ScalarType.Float64);
        manual_seed(8);
        var expected = rand(1);
        manual_seed(8);
        using var copy = ModuleCopy.Of(linear);
        TinyModels.AssertSame(expected, rand(1));
        foreach (var (original, copied) in linear.named_parameters().Zip(copy.named_parameters()))
        {
            Assert.Equal(original.name, copied.name);
            TinyModels.AssertSameBits(original.parameter, copied.parameter, original.name);
            Assert.NotSame(original.parameter, copied.parameter);
        }
    }

    [Fact]
    public void A_module_without_a_loss_is_told_what_to_return()
    {
        using var model = new ModuleModel(new Net(withLoss: false), [new InputSpec("values", InputKind.Values)]);
        FluentActions.Invoking(() => Trainer(model, "run", epochs: 1).Train())
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("Return a ModelOutput with Loss");
    }

    [Fact]
    public void Integers_of_any_shape_are_an_input_with_an_upper_limit()
    {
        using var model = new ModuleModel(
            new Net(withLoss: false), [new InputSpec("values", InputKind.Values), new InputSpec("kind", InputKind.Integers) { Limit = 3 }]);
        model.call(new ModelInputs { ["values"] = randn(2, 4), ["kind"] = tensor(new long[] { 0, 2 }) });
        FluentActions.Invoking(() => model.call(new ModelInputs { ["values"] = randn(2, 4), ["kind"] = tensor(new long[] { 0, 3 }) }))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("'kind' contains 3");
        FluentActions.Invoking(() => model.call(new ModelInputs { ["values"] = randn(2, 4), ["kind"] = randn(2) }))
            .Should().ThrowExactly<DatasetException>().Which.Message.Should().Contain("integers");
    }

    [Fact]
    public void Token_embeddings_that_cannot_be_resized_are_an_error_with_the_true_reason()
    {
        using var withoutIds = Model(ownLoss: false);
        FluentActions.Invoking(() => withoutIds.ResizeTokenEmbeddings(40))
            .Should().ThrowExactly<NotSupportedException>().WithMessage("*does not read token ids*");
        using var withIds = new ModuleModel(new Net(withLoss: false), [new InputSpec("ids", InputKind.TokenIds)]);
        FluentActions.Invoking(() => withIds.ResizeTokenEmbeddings(40))
            .Should().ThrowExactly<NotSupportedException>().WithMessage("*InputEmbeddings is null*");
    }

    private static ModuleModel Model(bool ownLoss, int? seed = 3)
    {
        if (seed is { } start) manual_seed(start);
        return new ModuleModel(
            new Net(ownLoss), [new InputSpec("values", InputKind.Values)], ownLoss ? null : SequenceClassificationObjective.Instance);
    }

    private Trainer Trainer(PretrainedModel model, string folder, int epochs)
    {
        using var generator = new Generator(3);
        var rows = Enumerable.Range(0, 32).Select(_ => randn([4], generator: generator).data<float>().ToArray())
            .Select(values => new Dictionary<string, object?> { ["values"] = values, ["labels"] = values[0] > values[1] ? 1L : 0L });
        var arguments = new TrainingArguments(_folder.File(folder))
        {
            NumTrainEpochs = epochs, PerDeviceTrainBatchSize = 4, LearningRate = 0.05, SaveStrategy = SaveStrategy.Epoch, UseCpu = true,
        };
        var data = Dataset.FromList(rows);
        return new Trainer(model, arguments, data, data);
    }

    private sealed class Net : Module<ModelInputs, ModelOutput>
    {
        [ComponentName(Name = "in")] private readonly Module<Tensor, Tensor> _in = Linear(4, 8);
        [ComponentName(Name = "out")] private readonly Module<Tensor, Tensor> _out = Linear(8, 2);
        private readonly bool _withLoss;

        internal Net(bool withLoss) : base(nameof(Net))
        {
            _withLoss = withLoss;
            RegisterComponents();
        }

        public override ModelOutput forward(ModelInputs inputs)
        {
            var logits = _out.call(_in.call(inputs["values"]!).relu());
            var loss = _withLoss && inputs.Labels is { } labels ? functional.cross_entropy(logits, labels) : null;
            return new ModelOutput { Logits = logits, Loss = loss };
        }
    }
}
