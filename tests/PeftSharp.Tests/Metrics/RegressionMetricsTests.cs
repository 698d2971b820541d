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
        Assert.Equal(recorded.Double("mse"), MeanSquaredError(labels, predictions), Tolerance);
        Assert.Equal(recorded.Double("mae"), MeanAbsoluteError(labels, predictions), Tolerance);
        Assert.Equal(recorded.Double("r2"), R2Score(labels, predictions), Tolerance);
        Assert.Equal(recorded.Double("pearson"), PearsonR(labels, predictions), Tolerance);
        Assert.Equal(recorded.Double("spearman"), SpearmanR(labels, predictions), Tolerance);
        Assert.Equal(Math.Sqrt(recorded.Double("mse")), RootMeanSquaredError(labels, predictions), Tolerance);
    }

    [Fact]
    public void Equal_values_share_their_mean_rank()
    {
        // ranks of x: 1, 2.5, 2.5, 4; of y: 1.5, 1.5, 3, 4
        Assert.Equal(PearsonR([1, 2.5, 2.5, 4], [1.5, 1.5, 3, 4]), SpearmanR([10, 20, 20, 70], [-1.0, -1.0, 0.0, 5.0]), Tolerance);
    }

    [Fact]
    public void Ranks_ignore_any_increasing_change_of_scale()
    {
        double[] x = [0.3, -2, 5, 1, 1], y = [1, 0, 2, 2, -7];
        Assert.Equal(SpearmanR(x, y), SpearmanR(Array.ConvertAll(x, Math.Exp), Array.ConvertAll(y, v => v * v * v)), Tolerance);
        Assert.Equal(1, SpearmanR(x, Array.ConvertAll(x, Math.Exp)), Tolerance);
    }

    [Fact]
    public void What_is_undefined_is_what_scikit_learn_and_scipy_say()
    {
        Assert.Equal(double.NaN, R2Score([1.0], [1.0]));
        Assert.Equal(1, R2Score([2.0, 2.0], [2.0, 2.0]));
        Assert.Equal(0, R2Score([2.0, 2.0], [2.0, 3.0]));
        Assert.Equal(double.NaN, PearsonR([2.0, 2.0, 2.0], [1.0, 2.0, 3.0]));
        Assert.Equal(double.NaN, SpearmanR([1.0, 2.0, 3.0], [4.0, 4.0, 4.0]));
    }

    [Fact]
    public void Single_precision_and_lists_are_taken_as_they_are()
    {
        Assert.Equal(0.25, MeanSquaredError(new[] { 1f, 2f }, new List<double> { 1.5, 2.5 }));
        Assert.Equal(0.5, MeanAbsoluteError(Values.From(Enumerable.Repeat(1.0, 2)), new List<float> { 1.5f, 0.5f }));
    }

    [Fact]
    public void Bad_input_is_named()
    {
        Assert.Contains("predictions[0] is Infinity", Assert.Throws<ArgumentException>(() => MeanSquaredError([1.0], [double.PositiveInfinity])).Message);
        Assert.Contains("labels[1] is NaN", Assert.Throws<ArgumentException>(() => R2Score([1.0, double.NaN], [1.0, 1.0])).Message);
        Assert.Contains("2 labels but 1 predictions", Assert.Throws<ArgumentException>(() => MeanAbsoluteError([1.0, 2.0], [1.0])).Message);
        Assert.Throws<ArgumentException>(() => MeanSquaredError([], []));
        Assert.Throws<ArgumentException>(() => PearsonR([1.0], [1.0]));
    }
}
