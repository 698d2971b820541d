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
    private const int LongestName = 23;        // the length of "root mean squared error"
    private const int MinWidth = 9;            // the column width of the other reports

    /// <summary>
    /// Returns the scores by name, for use as the metrics of an evaluation: <c>mse</c>, <c>rmse</c>, <c>mae</c> and <c>r2</c>.
    /// </summary>
    public IReadOnlyDictionary<string, double> ToMetrics() => new OrderedDictionary<string, double>(StringComparer.Ordinal)
    {
        ["mse"] = MeanSquaredError, ["rmse"] = RootMeanSquaredError, ["mae"] = MeanAbsoluteError, ["r2"] = R2Score,
    };

    /// <summary>Returns a table with two decimals.</summary>
    public override string ToString() => ToString(digits: 2);

    /// <summary>Returns a table with a line for each score. Lines end with <c>\n</c>.</summary>
    /// <param name="digits">Number of decimals of the scores, 0 to 15.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="digits"/> is outside 0 to 15.</exception>
    public string ToString(int digits)
    {
        (string Name, string Score)[] rows =
        [
            ("mean squared error", ReportTable.Fixed(MeanSquaredError, digits)),
            ("root mean squared error", ReportTable.Fixed(RootMeanSquaredError, digits)),
            ("mean absolute error", ReportTable.Fixed(MeanAbsoluteError, digits)),
            ("R2 score", ReportTable.Fixed(R2Score, digits)),
        ];
        var width = rows.Max(row => row.Score.Length);
        return string.Concat(rows.Select(row => $"{row.Name,LongestName}  {row.Score.PadLeft(Math.Max(width, MinWidth))}\n"));
    }
}
