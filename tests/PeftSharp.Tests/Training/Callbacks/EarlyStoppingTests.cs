using PeftSharp.Training;

namespace PeftSharp.Tests.Training.Callbacks;

/// <summary>When a run ends because its metric no longer gains: each case worked out by hand.</summary>
public sealed class EarlyStoppingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 0, new[] { 0.1, 0.2, 0.2 }, 3)]                    // equal is no gain
    [InlineData(2, 0, new[] { 0.5, 0.4, 0.6, 0.5, 0.5, 0.9 }, 5)]     // a gain begins the count anew
    [InlineData(1, 0.1, new[] { 0.5, 0.7, 0.75, 0.9 }, 3)]            // too small a gain does not count
    [InlineData(2, 0.1, new[] { 0.5, 0.55, 0.58, 0.9 }, 3)]           // but moves the best, so that small gains do not add up
    [InlineData(3, 0, new[] { 0.5, 0.4, 0.3, 0.6, 0.7, 0.8 }, 6)]     // never
    [InlineData(1, 0, new[] { 0.5, double.NaN, 0.9 }, 2)]             // no number is no gain
    public void A_run_ends_after_so_many_evaluations_without_gain(int patience, double threshold, double[] scores, int steps)
    {
        Assert.Equal(steps, Run(patience, threshold, scores, greater: true));
        if (!scores.Any(double.IsNaN)) Assert.Equal(steps, Run(patience, threshold, [.. scores.Select(score => -score)], greater: false));
    }

    [Fact]
    public void Without_a_metric_or_evaluations_it_refuses_to_begin()
    {
        var args = TinyRun.Arguments(_folder);
        FluentActions.Invoking(() => TinyRun.Trainer(args, callbacks: new EarlyStoppingCallback()).Train())
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("MetricForBestModel");
        FluentActions.Invoking(() => TinyRun.Trainer(args with { MetricForBestModel = "loss" }, callbacks: new EarlyStoppingCallback()).Train())
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("EvalStrategy");
        FluentActions.Invoking(() => new EarlyStoppingCallback(0)).Should().ThrowExactly<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new EarlyStoppingCallback(1, -0.1)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }

    private int Run(int patience, double threshold, double[] scores, bool greater)
    {
        var queue = new Queue<double>(scores);
        var args = TinyRun.Arguments(_folder) with { MaxSteps = scores.Length, EvalStrategy = IntervalStrategy.Steps, EvalSteps = 1, MetricForBestModel = "score", GreaterIsBetter = greater };
        return TinyRun.Trainer(args, evaluation: TinyRun.Rows(2), computeMetrics: _ => new Dictionary<string, double> { ["score"] = queue.Dequeue() }, callbacks: new EarlyStoppingCallback(patience, threshold)).Train().GlobalStep;
    }
}
