using PeftSharp.Modeling;
using PeftSharp.Optimization;
using PeftSharp.Tests.Optimization;
using PeftSharp.Training;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tests.Training;

/// <summary>A user's model with a mean loss takes the same steps however a group is divided into batches.</summary>
public sealed class OwnLossTests
{
    public static TheoryData<string, string> Families => DecayingParametersTests.Cases;

    [Theory]
    [InlineData(2, 4)]
    [InlineData(4, 2)]
    [InlineData(3, 3)]          // the last batch of the group is shorter
    public void Accumulated_batches_of_a_mean_loss_take_the_step_of_one_large_batch(int batch, int accumulation)
    {
        using var scope = NewDisposeScope();
        var (large, largeState) = Trained(8, 1);
        var (small, smallState) = Trained(batch, accumulation);
        smallState.Select(line => Math.Round(line["loss"], 5)).Should().Equal(largeState.Select(line => Math.Round(line["loss"], 5)));
        foreach (var (line, other) in largeState.Zip(smallState)) other["grad_norm"].Should().BeApproximately(line["grad_norm"], 1e-4);
        var found = small.state_dict();
        foreach (var (name, value) in large.state_dict()) Close.Equal(value, found[name], 1e-5, name, leastScale: 1e-2);
    }

    [Fact]
    public void A_batch_of_the_group_without_a_target_counts_nothing()
    {
        using var folder = new TemporaryFolder();
        using var model = new MeanLoss(TinyRun.Model());
        var rows = PeftSharp.Data.Dataset.FromList([TinyRun.Row([5, 6, 7], 1L), TinyRun.Row([6, 7, 8], -100L)]);
        var trainer =
            new Trainer(model, TinyRun.Arguments(folder) with { PerDeviceTrainBatchSize = 1, GradientAccumulationSteps = 2, MaxSteps = 1 },
                rows, dataCollator: new DataCollatorWithPadding(padTokenId: 0));
        Assert.True(double.IsFinite(trainer.Train().TrainingLoss));
    }

    [SkippableTheory, MemberData(nameof(Families))]
    public void Models_of_the_library_divide_by_the_targets_of_the_whole_group(string modelType, string task)
    {
        using var model = DecayingParametersTests.Model(modelType, task);
        // A contrastive loss compares the rows of a batch with each other, so it cannot be summed over batches.
        Assert.Equal(model.Objective is not (null or ContrastiveObjective), model.LossUsesNumItemsInBatch);
    }

    private static (PretrainedModel Model, IReadOnlyDictionary<string, double>[] Log) Trained(int batch, int accumulation)
    {
        using var folder = new TemporaryFolder();
        var args = TinyRun.Arguments(folder) with
        {
            Optim = OptimizerName.Sgd,
            LearningRate = 0.1,
            PerDeviceTrainBatchSize = batch,
            GradientAccumulationSteps = accumulation,
            TrainSamplingStrategy = SamplingStrategy.Sequential,
        };
        var trainer = new Trainer(
            new MeanLoss(TinyRun.Model()), args, TinyRun.Rows(8), dataCollator: new DataCollatorWithPadding(padTokenId: 0));
        trainer.Train();
        return (trainer.Model, [.. trainer.State.LogHistory.Where(line => line.ContainsKey("loss"))]);
    }

    /// <summary>A model as a user writes it: another model inside, and the mean loss of its logits.</summary>
    private sealed class MeanLoss : PretrainedModel
    {
        [ComponentName(Name = "inner")] private readonly PretrainedModel _inner;

        internal MeanLoss(PretrainedModel inner) : base(nameof(MeanLoss), inner.Config)
        {
            _inner = inner;
            RegisterComponents();
        }

        public override IReadOnlyList<InputSpec> Inputs => _inner.Inputs;
        public override Objective? Objective => _inner.Objective;

        protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
        {
            var logits = _inner.call(inputs).Logits!;
            return new ModelOutput { Loss = functional.cross_entropy(logits, inputs.Labels!), Logits = logits };
        }
    }
}
