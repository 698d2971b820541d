using PeftSharp.Training;

namespace PeftSharp.Tests.Training.Callbacks;

/// <summary>When a run ends because its metric no longer improves: each case is calculated by hand.</summary>
public sealed class EarlyStoppingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 0, new[] { 0.1, 0.2, 0.2 }, 3)]                    // an equal value is no improvement
    [InlineData(2, 0, new[] { 0.5, 0.4, 0.6, 0.5, 0.5, 0.9 }, 5)]     // an improvement restarts the count
    [InlineData(1, 0.1, new[] { 0.5, 0.7, 0.75, 0.9 }, 3)]            // an improvement below the threshold does not count
    [InlineData(2, 0.1, new[] { 0.5, 0.55, 0.58, 0.9 }, 3)]           // but it is the new best value, so small improvements do not add up
    [InlineData(3, 0, new[] { 0.5, 0.4, 0.3, 0.6, 0.7, 0.8 }, 6)]     // the run never ends early
    [InlineData(1, 0, new[] { 0.5, double.NaN, 0.9 }, 2)]             // NaN is no improvement
    public void A_run_ends_after_a_number_of_evaluations_without_improvement(int patience, double threshold, double[] scores, int steps)
    {
        Assert.Equal(steps, Run(patience, threshold, scores, greater: true));
        if (!scores.Any(double.IsNaN)) Assert.Equal(steps, Run(patience, threshold, [.. scores.Select(score => -score)], greater: false));
    }

    [Fact]
    public void A_run_that_was_stopped_early_trains_nothing_more_when_it_is_resumed()
    {
        var args = TinyRun.Arguments(_folder) with
        {
            MaxSteps = 6,
            EvalStrategy = IntervalStrategy.Steps,
            EvalSteps = 1,
            SaveStrategy = SaveStrategy.Steps,
            SaveSteps = 1,
            MetricForBestModel = "score",
            LoadBestModelAtEnd = true,
        };
        var early = new EarlyStoppingCallback(2);
        int Train(EarlyStoppingCallback callback, Queue<double> scores, Resume resume)
        {
            var trainer = TinyRun.Trainer(args, evaluation: TinyRun.Rows(2), computeMetrics: _ =>
                new Dictionary<string, double> { ["score"] = scores.Dequeue() }, callbacks: callback);
            trainer.Train(resume);
            trainer.State.BestGlobalStep.Should().Be(1);
            return trainer.State.GlobalStep;
        }
        Train(early, new([3, 2, 1]), Resume.IfPresent).Should().Be(3);
        Train(new EarlyStoppingCallback(2), new(), Resume.IfPresent).Should().Be(3, "the run is complete");
        Train(new EarlyStoppingCallback(2), new(), Resume.Last).Should().Be(3);
        Train(early, new([3, 2, 1]), Resume.Never).Should().Be(3, "a new run counts from 0");
    }

    [Fact]
    public void The_argument_ends_a_run_as_the_callback_does()
    {
        int Steps(TrainingArguments args, params TrainerCallback[] callbacks)
        {
            var scores = new Queue<double>([0.5, 0.6, 0.55, 0.58, 0.9]);
            return TinyRun.Trainer(args, TinyRun.Rows(2), TinyRun.Rows(2), computeMetrics: _ =>
                new Dictionary<string, double> { ["score"] = scores.Dequeue() }, callbacks: callbacks).Train().GlobalStep;
        }
        var args = TinyRun.Arguments(_folder) with { NumTrainEpochs = 5, MetricForBestModel = "score" };       // an epoch has one step
        var withCallback = args with { EvalStrategy = IntervalStrategy.Epoch };
        Steps(args with { EarlyStoppingPatience = 2 }).Should().Be(Steps(withCallback, new EarlyStoppingCallback(2))).And.Be(4);
        Steps(args with { EarlyStoppingPatience = 1, EarlyStoppingThreshold = 0.2 })
            .Should().Be(Steps(withCallback, new EarlyStoppingCallback(1, 0.2))).And.Be(2);
        FluentActions.Invoking(() => Steps(args with { EarlyStoppingPatience = 2 }, new EarlyStoppingCallback(2)))
            .Should().ThrowExactly<ArgumentException>().WithMessage("Both EarlyStoppingPatience (2) and an EarlyStoppingCallback*");
    }

    [Fact]
    public void Early_stopping_without_a_metric_or_evaluations_is_refused()
    {
        var args = TinyRun.Arguments(_folder);
        FluentActions.Invoking(() => TinyRun.Trainer(args, callbacks: new EarlyStoppingCallback()).Train())
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("MetricForBestModel");
        FluentActions.Invoking(
            () => TinyRun.Trainer(args with { MetricForBestModel = "loss" }, callbacks: new EarlyStoppingCallback()).Train())
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("EvalStrategy");
        FluentActions.Invoking(() => new EarlyStoppingCallback(0)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new EarlyStoppingCallback(1, -0.1)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }

    private int Run(int patience, double threshold, double[] scores, bool greater)
    {
        var queue = new Queue<double>(scores);
        var args = TinyRun.Arguments(_folder) with
        {
            MaxSteps = scores.Length,
            EvalStrategy = IntervalStrategy.Steps,
            EvalSteps = 1,
            MetricForBestModel = "score",
            GreaterIsBetter = greater,
        };
        return TinyRun.Trainer(args, evaluation: TinyRun.Rows(2), computeMetrics: _ =>
            new Dictionary<string, double> { ["score"] = queue.Dequeue() }, callbacks: new EarlyStoppingCallback(patience, threshold))
            .Train().GlobalStep;
    }
}
