using PeftSharp.Data;
using PeftSharp.Modeling;
using PeftSharp.Training;
using PeftSharp.Tuners;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Tuners;

/// <summary>
/// Methods that are defined outside the library use the whole contract: a bottleneck after layers with a penalty, an action after each step
/// and state of its own, and a method for the whole model.
/// </summary>
public sealed class OwnMethodTests : TunerTests<OwnMethodTests.BottleneckConfig>
{
    static OwnMethodTests() => PeftMethods.Register<BottleneckConfig>();

    // With so few units ReLU may pass no gradient.
    protected override BottleneckConfig Config => new() { BottleneckSize = 3, Activation = Activation.Tanh };

    protected override bool CanMerge => false;

    [Fact]
    public void A_penalty_is_part_of_the_loss_and_of_the_gradient()
    {
        using var scope = NewDisposeScope();
        using var peft = TinyModels.Gpt2().GetPeftModel(Config with { PenaltyWeight = 0.5 });
        using var plain = TinyModels.Gpt2().GetPeftModel(Config);
        TinyModels.Disturb(peft);
        TinyModels.Disturb(plain);
        var (with, without) = (peft.call(TinyModels.Inputs()).Loss!, plain.call(TinyModels.Inputs()).Loss!);
        var squares = peft.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.pow(2).sum().item<float>());
        ((double)(with.item<float>() - without.item<float>())).Should().BeApproximately(0.5 * squares, 1e-3);
        with.backward();
        without.backward();
        foreach (var (one, other) in peft.parameters().Where(parameter => parameter.requires_grad)
            .Zip(plain.parameters().Where(parameter => parameter.requires_grad)))
            Close.Equal(other.grad! + one.detach(), one.grad!, 1e-4, "gradient");
    }

    [Fact]
    public void Training_state_is_saved_in_checkpoints_and_read_back_and_each_step_is_reported_with_its_gradients()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var (whole, state) = Trained(folder, "run", null);
        Assert.Equal(4, state.Item2);
        state.Item1.Should().BeGreaterThan(0);
        Assert.True(File.Exists(Path.Combine(folder.File("run"), "checkpoint-2", "model_state.safetensors")));
        var (resumed, stateAfter) = Trained(folder, "resumed", Path.Combine(folder.File("run"), "checkpoint-2"));
        Assert.Equal(state.Item1, stateAfter.Item1);
        foreach (var (name, tensor) in whole) TinyModels.AssertSame(tensor, resumed[name], name);
        File.Delete(Path.Combine(folder.File("run"), "checkpoint-2", "model_state.safetensors"));
        FluentActions.Invoking(() => Trained(folder, "third", Path.Combine(folder.File("run"), "checkpoint-2")))
            .Should().ThrowExactly<CheckpointException>().Which.Message.Should().Contain("model_state.safetensors");
    }

    [Fact]
    public void A_field_that_the_record_does_not_have_is_kept_and_a_wrong_value_is_named()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using (var saved = TinyModels.Gpt2().GetPeftModel(Config)) saved.SavePretrained(folder.Path);
        var file = folder.File("adapter_config.json");
        Assert.Contains("\"activation\": \"hyperbolic\"", File.ReadAllText(file), StringComparison.Ordinal);
        File.WriteAllText(file, File.ReadAllText(file)
            .Replace("\"bottleneck_size\": 3", "\"bottleneck_size\": 3.0,\n  \"from_tomorrow\": [1]", StringComparison.Ordinal));
        using (var peft = PeftModel.FromPretrained(TinyModels.Gpt2(), folder.Path))
        {
            peft.LoadReport!.Warnings.Should().ContainSingle().Which.Should().Contain("from_tomorrow");
            Assert.Equal(Activation.Tanh, ((BottleneckConfig)peft.PeftConfigs["default"]).Activation);
        }
        File.WriteAllText(file, File.ReadAllText(file).Replace("hyperbolic", "swish", StringComparison.Ordinal));
        FluentActions.Invoking(() => PeftModel.FromPretrained(TinyModels.Gpt2(), folder.Path))
            .Should().ThrowExactly<CheckpointException>()
            .Which.Message.Should().Contain("field 'activation' is \"swish\"; one of relu, hyperbolic is expected");
    }

    private static (Dictionary<string, Tensor> Bits, (float, int) State) Trained(TemporaryFolder folder, string name, string? checkpoint)
    {
        manual_seed(5);
        using var peft = TinyModels.Gpt2().GetPeftModel(new BottleneckConfig { BottleneckSize = 3, KeepsAverage = true });
        using var generator = new Generator(3);
        var rows = Enumerable.Range(0, 8).Select(_ => randint(5, 31, [6], dtype: ScalarType.Int64, generator: generator).data<long>()
            .ToArray()).Select(ids => new Dictionary<string, object?> { ["input_ids"] = ids, ["labels"] = ids });
        var arguments = new TrainingArguments(folder.File(name))
        {
            NumTrainEpochs = 2, PerDeviceTrainBatchSize = 4, LearningRate = 1e-2, SaveStrategy = SaveStrategy.Epoch, UseCpu = true,
        };
        new Trainer(peft, arguments, Dataset.FromList(rows)).Train(resumeFromCheckpoint: checkpoint);
        var tuner = BottleneckTuner.Last!;
        return (TinyModels.Bits(peft), (tuner.Average.item<float>(), tuner.Steps));
    }

    public enum Activation
    {
        Relu,

        [System.Text.Json.Serialization.JsonStringEnumMemberName("hyperbolic")]
        Tanh,
    }

    public sealed record BottleneckConfig : LayerConfig
    {
        public override string PeftType => "TEST_BOTTLENECK";

        public int BottleneckSize { get; init; } = 8;

        public Activation Activation { get; init; }

        public double PenaltyWeight { get; init; }

        public bool KeepsAverage { get; init; }

        public override void Validate() => ArgumentOutOfRangeException.ThrowIfLessThan(BottleneckSize, 1);

        protected internal override Tuner CreateTuner() => BottleneckTuner.Last = new BottleneckTuner(this);
    }

    /// <summary>A bottleneck after each target, whose gradients are averaged over the steps.</summary>
    internal sealed class BottleneckTuner(BottleneckConfig first) : LayerTuner<BottleneckConfig>
    {
        internal static BottleneckTuner? Last { get; set; }

        internal Tensor Average { get; } = zeros(1).DetachFromDisposeScope();

        internal int Steps { get; private set; }

        protected override string AdaptableLayers => "linear layers";

        protected override IReadOnlyList<ModuleRole> DefaultRoles => [ModuleRole.AttentionOutput, ModuleRole.FeedForwardOut];

        protected override bool CanAdapt(LayerTarget target) => target is LinearTarget;

        protected override LayerAdapter CreateAdapter(LayerTarget target, string path, BottleneckConfig config) =>
            new Bottleneck((LinearTarget)target, config);

        protected internal override Tensor? GetPenalty(AdapterChoice adapters) => first.PenaltyWeight == 0 ? null
            : adapters.Active.SelectMany(Parameters).Select(parameter => parameter.pow(2).sum())
                .Aggregate((a, b) => a + b) * first.PenaltyWeight;

        protected internal override void OnOptimizerStep(int globalStep, int maxSteps)
        {
            using var scope = NewDisposeScope();
            using var free = no_grad();
            Steps = globalStep;
            Average.mul_(0.5).add_(Parameters("default").Select(parameter => parameter.grad!.abs().sum()).Aggregate((a, b) => a + b));
        }

        protected internal override IEnumerable<KeyValuePair<string, Tensor>> GetTrainingState(string adapterName) =>
            first.KeepsAverage ? [KeyValuePair.Create("average", Average)] : [];

        private IEnumerable<TorchSharp.Modules.Parameter> Parameters(string adapterName) =>
            GetAdapters(adapterName).SelectMany(entry => ((Bottleneck)entry.Adapter).Parameters);
    }

    private sealed class Bottleneck : LayerAdapter
    {
        private readonly Module<Tensor, Tensor> _down, _up;
        private readonly Activation _activation;

        internal Bottleneck(LinearTarget target, BottleneckConfig config)
        {
            _activation = config.Activation;
            _down = AddModule("down", target.MoveToLayer(Linear(target.OutFeatures, config.BottleneckSize)));
            _up = AddModule("up", target.MoveToLayer(Linear(config.BottleneckSize, target.OutFeatures)));
            using var free = no_grad();
            foreach (var parameter in _up.parameters()) parameter.zero_();
        }

        internal IEnumerable<TorchSharp.Modules.Parameter> Parameters => _down.parameters().Concat(_up.parameters());

        public override Tensor Forward(Tensor x, Func<Tensor, Tensor> layer)
        {
            var y = layer(x);
            var inside = _down.call(y);
            return y + _up.call(_activation == Activation.Relu ? inside.relu() : inside.tanh());
        }
    }
}
