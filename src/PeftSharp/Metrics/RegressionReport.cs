namespace PeftSharp.Metrics;

/// <summary>The errors and the coefficient of determination of predicted values.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="MeanSquaredError">The mean squared error.</param>
/// <param name="RootMeanSquaredError">The square root of the mean squared error, in the unit of the labels.</param>
/// <param name="MeanAbsoluteError">The mean absolute error, in the unit of the labels.</param>
/// <param name="R2Score">
/// The proportion of the variance of the labels that the predictions explain, at most 1; NaN for a single example.
/// </param>
public sealed record RegressionReport(double MeanSquaredError, double RootMeanSquaredError, double MeanAbsoluteError, double R2Score)
{
    /// <summary>
    /// Returns the scores by name, for use as the metrics of an evaluation: <c>mse</c>, <c>rmse</c>, <c>mae</c> and <c>r2</c>.
    /// </summary>
    public IReadOnlyDictionary<string, double> ToMetrics() => new OrderedDictionary<string, double>(StringComparer.Ordinal)
    {
        ["mse"] = MeanSquaredError, ["rmse"] = RootMeanSquaredError, ["mae"] = MeanAbsoluteError, ["r2"] = R2Score,
    };
}
