using PeftSharp.Metrics;
using static PeftSharp.Metrics.RegressionMetrics;

namespace PeftSharp.Tests.Metrics;

public class RegressionMetricsTests
{
    private const double Tolerance = 1e-12;      // double precision, sums of at most some hundred terms in another order

    [SkippableFact, Trait("Category", "Parity")]
    public void Recorded_errors_and_correlations_are_met()
    {
        var recorded = RecordedMetrics.Load().GetProperty("regression");
        double[] labels = recorded.Doubles("labels"), predictions = recorded.Doubles("predictions");
        MeanSquaredError(labels, predictions).Should().BeApproximately(recorded.Double("mse"), Tolerance);
        MeanAbsoluteError(labels, predictions).Should().BeApproximately(recorded.Double("mae"), Tolerance);
        R2Score(labels, predictions).Should().BeApproximately(recorded.Double("r2"), Tolerance);
        PearsonR(labels, predictions).Should().BeApproximately(recorded.Double("pearson"), Tolerance);
        SpearmanR(labels, predictions).Should().BeApproximately(recorded.Double("spearman"), Tolerance);
        RootMeanSquaredError(labels, predictions).Should().BeApproximately(Math.Sqrt(recorded.Double("mse")), Tolerance);
    }

    [Fact]
    public void Equal_values_share_their_mean_rank()
    {
        // ranks of x: 1, 2.5, 2.5, 4; of y: 1.5, 1.5, 3, 4
        SpearmanR([10, 20, 20, 70], [-1.0, -1.0, 0.0, 5.0])
            .Should().BeApproximately(PearsonR([1, 2.5, 2.5, 4], [1.5, 1.5, 3, 4]), Tolerance);
    }

    [Fact]
    public void Ranks_ignore_any_increasing_change_of_scale()
    {
        double[] x = [0.3, -2, 5, 1, 1], y = [1, 0, 2, 2, -7];
        SpearmanR(Array.ConvertAll(x, Math.Exp), Array.ConvertAll(y, v => v * v * v)).Should().BeApproximately(SpearmanR(x, y), Tolerance);
        SpearmanR(x, Array.ConvertAll(x, Math.Exp)).Should().BeApproximately(1, Tolerance);
    }

    [Fact]
    public void Undefined_metrics_have_the_values_of_scikit_learn_and_scipy()
    {
        Assert.Equal(double.NaN, R2Score([1.0], [1.0]));
        Assert.Equal(1, R2Score([2.0, 2.0], [2.0, 2.0]));
        Assert.Equal(0, R2Score([2.0, 2.0], [2.0, 3.0]));
        Assert.Equal(1, R2Score([0.1, 0.1, 0.1], [0.1, 0.1, 0.1]));       // the sum of the labels is rounded, so their mean is not 0.1
        Assert.Equal(0, R2Score([0.1, 0.1, 0.1], [0.1, 0.1, 0.2]));
        Assert.Equal(double.NaN, PearsonR([2.0, 2.0, 2.0], [1.0, 2.0, 3.0]));
        Assert.Equal(double.NaN, SpearmanR([1.0, 2.0, 3.0], [4.0, 4.0, 4.0]));
    }

    [Fact]
    public void Float32_values_and_lists_are_accepted()
    {
        Assert.Equal(0.25, MeanSquaredError(new[] { 1f, 2f }, new List<double> { 1.5, 2.5 }));
        Assert.Equal(0.5, MeanAbsoluteError(MetricValues.From(Enumerable.Repeat(1.0, 2)), new List<float> { 1.5f, 0.5f }));
    }

    [Fact]
    public void Errors_name_the_invalid_input()
    {
        FluentActions.Invoking(() => MeanSquaredError([1.0], [double.PositiveInfinity]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("predictions[0] is Infinity");
        FluentActions.Invoking(() => R2Score([1.0, double.NaN], [1.0, 1.0]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().Contain("labels[1] is NaN");
        FluentActions.Invoking(() => MeanAbsoluteError([1.0, 2.0], [1.0]))
            .Should().ThrowExactly<ArgumentException>().Which.Message.Should().ContainAll("labels (2)", "predictions (1)");
        FluentActions.Invoking(() => MeanSquaredError([], [])).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => PearsonR([1.0], [1.0])).Should().ThrowExactly<ArgumentException>();
    }
}
