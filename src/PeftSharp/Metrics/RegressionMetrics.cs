namespace PeftSharp.Metrics;

/// <summary>
/// Errors and correlations of predicted values, as in <c>sklearn.metrics</c> and <c>scipy.stats</c>. Labels are the first argument,
/// predictions the second.
/// </summary>
/// <remarks>
/// All methods throw <see cref="ArgumentException"/> if there are no examples, the numbers of labels and predictions differ, or a value is
/// NaN or infinite.
/// </remarks>
public static class RegressionMetrics
{
    /// <summary>Returns the mean squared error.</summary>
    /// <param name="labels">The true values.</param>
    /// <param name="predictions">The predicted values.</param>
    public static double MeanSquaredError(MetricValues labels, MetricValues predictions)
    {
        Check(labels, predictions);
        return SquaredErrors(labels, predictions) / labels.Count;
    }

    /// <summary>Returns the square root of the mean squared error, in the unit of the labels.</summary>
    /// <param name="labels">The true values.</param>
    /// <param name="predictions">The predicted values.</param>
    public static double RootMeanSquaredError(MetricValues labels, MetricValues predictions) =>
        Math.Sqrt(MeanSquaredError(labels, predictions));

    /// <summary>Returns the mean absolute error.</summary>
    /// <param name="labels">The true values.</param>
    /// <param name="predictions">The predicted values.</param>
    public static double MeanAbsoluteError(MetricValues labels, MetricValues predictions)
    {
        Check(labels, predictions);
        double sum = 0;
        for (var i = 0; i < labels.Count; i++)
            sum += Math.Abs(labels[i] - predictions[i]);
        return sum / labels.Count;
    }

    /// <summary>
    /// Returns the coefficient of determination R²: the proportion of the variance of the labels that the predictions explain. R² is at
    /// most 1, and negative if the mean of the labels is a better prediction. For labels that are all equal, R² is 1 if every prediction
    /// is correct, otherwise 0. NaN for a single example, as in scikit-learn.
    /// </summary>
    /// <param name="labels">The true values.</param>
    /// <param name="predictions">The predicted values.</param>
    public static double R2Score(MetricValues labels, MetricValues predictions)
    {
        Check(labels, predictions);
        if (labels.Count < 2)
            return double.NaN;
        var mean = Mean(labels.Span);
        double total = 0;
        foreach (var label in labels)
            total += (label - mean) * (label - mean);
        var residual = SquaredErrors(labels, predictions);
        if (total == 0 || IsConstant(labels.Span))          // the mean of equal labels, such as 0.1, can differ from them in the last bit
            return residual == 0 ? 1 : 0;
        return 1 - residual / total;
    }

    /// <summary>Returns the errors and the coefficient of determination together.</summary>
    /// <param name="labels">The true values.</param>
    /// <param name="predictions">The predicted values.</param>
    public static RegressionReport Report(MetricValues labels, MetricValues predictions)
    {
        var error = MeanSquaredError(labels, predictions);
        return new(error, Math.Sqrt(error), MeanAbsoluteError(labels, predictions), R2Score(labels, predictions));
    }

    /// <summary>Returns Pearson's linear correlation, -1 to 1; NaN if all labels or all predictions are equal, as in scipy.</summary>
    /// <param name="labels">The true values.</param>
    /// <param name="predictions">The predicted values.</param>
    /// <exception cref="ArgumentException">There are fewer than two examples.</exception>
    public static double PearsonR(MetricValues labels, MetricValues predictions)
    {
        CheckPairs(labels, predictions);
        return Correlation(labels.Span, predictions.Span);
    }

    /// <summary>
    /// Returns Spearman's rank correlation, -1 to 1, with the mean rank for equal values; NaN if all labels or all predictions are equal,
    /// as in scipy.
    /// </summary>
    /// <param name="labels">The true values.</param>
    /// <param name="predictions">The predicted values.</param>
    /// <exception cref="ArgumentException">There are fewer than two examples.</exception>
    public static double SpearmanR(MetricValues labels, MetricValues predictions)
    {
        CheckPairs(labels, predictions);
        return Correlation(Ranks(labels.Span), Ranks(predictions.Span));
    }

    private static void Check(MetricValues labels, MetricValues predictions)
    {
        MetricInput.SameCount(labels.Count, predictions.Count);
        MetricInput.Finite(labels, nameof(labels));
        MetricInput.Finite(predictions, nameof(predictions));
    }

    private static void CheckPairs(MetricValues labels, MetricValues predictions)
    {
        Check(labels, predictions);
        if (labels.Count < 2)
            throw new ArgumentException("A correlation requires at least two examples, but there is one.", nameof(labels));
    }

    private static double SquaredErrors(MetricValues labels, MetricValues predictions)
    {
        double sum = 0;
        for (var i = 0; i < labels.Count; i++)
            sum += (labels[i] - predictions[i]) * (labels[i] - predictions[i]);
        return sum;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (var value in values)
            sum += value;
        return sum / values.Length;
    }

    private static double Correlation(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (IsConstant(x) || IsConstant(y))
            return double.NaN;
        double meanX = Mean(x), meanY = Mean(y), xx = 0, yy = 0, xy = 0;
        for (var i = 0; i < x.Length; i++)
        {
            double dx = x[i] - meanX, dy = y[i] - meanY;
            (xx, yy, xy) = (xx + dx * dx, yy + dy * dy, xy + dx * dy);
        }
        return Math.Clamp(xy / (Math.Sqrt(xx) * Math.Sqrt(yy)), -1, 1);      // rounding errors can exceed ±1
    }

    private static bool IsConstant(ReadOnlySpan<double> values) => !values.ContainsAnyExcept(values[0]);

    /// <summary>Returns the ranks, from 1; equal values have the mean of their ranks.</summary>
    private static double[] Ranks(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        var order = Enumerable.Range(0, sorted.Length).ToArray();
        Array.Sort(sorted, order);
        var ranks = new double[sorted.Length];
        for (int start = 0, end; start < sorted.Length; start = end)
        {
            for (end = start + 1; end < sorted.Length && sorted[end] == sorted[start];)
                end++;
            for (var i = start; i < end; i++)
                ranks[order[i]] = (start + 1 + end) / 2.0;
        }
        return ranks;
    }
}
