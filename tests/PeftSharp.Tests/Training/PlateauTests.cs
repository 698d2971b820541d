using PeftSharp.Optimization;
using PeftSharp.Training;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Training;

/// <summary>A learning rate that follows the evaluations.</summary>
public sealed class PlateauTests
{
    [Fact]
    public void Without_a_metric_that_decides_the_rate_follows_the_loss()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        // The learning rate is so small that no weight changes, so no evaluation is better than the first.
        var args = TinyRun.Arguments(folder) with
        {
            LearningRate = 1e-12,
            LrSchedulerType = SchedulerType.ReduceLrOnPlateau,
            LrSchedulerKwargs = new() { Patience = 0, Eps = 0 },
            EvalStrategy = IntervalStrategy.Steps,
            EvalSteps = 1,
            MaxSteps = 4,
        };
        var trainer = TinyRun.Trainer(args, evaluation: TinyRun.Rows(3));
        trainer.Train();
        double[] expected = [1e-12, 1e-12, 1e-13, 1e-14];
        var rates = trainer.State.LogHistory.Where(line => line.ContainsKey("learning_rate"))
            .Select(line => line["learning_rate"]).ToArray();
        rates.Should().HaveSameCount(expected);
        foreach (var (rate, wanted) in rates.Zip(expected)) (rate / wanted).Should().BeApproximately(1, 5e-7);
    }
}
