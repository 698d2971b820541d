namespace PeftSharp.Metrics;

/// <summary>Errors and correlations of predicted numbers, as in <c>sklearn.metrics</c> and <c>scipy.stats</c>; labels come first, predictions second.</summary>
/// <remarks>All throw <see cref="ArgumentException"/> where there is no example, the counts differ, or a number is NaN or infinite.</remarks>
public static class RegressionMetrics
{
    /// <summary>The mean squared difference.</summary>
    public static double MeanSquaredError(Values labels, Values predictions)
    {
        Check(labels, predictions);
        return SquaredErrors(labels, predictions) / labels.Count;
    }

    /// <summary>The square root of the mean squared difference, in the unit of the labels.</summary>
    public static double RootMeanSquaredError(Values labels, Values predictions) => Math.Sqrt(MeanSquaredError(labels, predictions));

    /// <summary>The mean absolute difference.</summary>
    public static double MeanAbsoluteError(Values labels, Values predictions)
    {
        Check(labels, predictions);
        double sum = 0;
        for (var i = 0; i < labels.Count; i++)
            sum += Math.Abs(labels[i] - predictions[i]);
        return sum / labels.Count;
    }

    /// <summary>
    /// The share of the labels' variance that the predictions explain; 1 at best, below 0 where the labels' mean would do better.
    /// Labels that are all equal give 1 where every prediction is right, else 0; a single example gives NaN, as in scikit-learn.
    /// </summary>
    public static double R2Score(Values labels, Values predictions)
    {
        Check(labels, predictions);
        if (labels.Count < 2)
            return double.NaN;
        var mean = Mean(labels.Span);
        double total = 0;
        foreach (var label in labels)
            total += (label - mean) * (label - mean);
        var residual = SquaredErrors(labels, predictions);
        if (total == 0)
            return residual == 0 ? 1 : 0;
        return 1 - residual / total;
    }

    /// <summary>Pearson's linear correlation, -1 to 1; NaN where one side is constant, as in scipy.</summary>
    /// <exception cref="ArgumentException">Fewer than two examples.</exception>
    public static double PearsonR(Values labels, Values predictions)
    {
        CheckPairs(labels, predictions);
        return Correlation(labels.Span, predictions.Span);
    }

    /// <summary>Spearman's rank correlation, -1 to 1, equal values sharing their mean rank; NaN where one side is constant, as in scipy.</summary>
    /// <exception cref="ArgumentException">Fewer than two examples.</exception>
    public static double SpearmanR(Values labels, Values predictions)
    {
        CheckPairs(labels, predictions);
        return Correlation(Ranks(labels.Span), Ranks(predictions.Span));
    }

    private static void Check(Values labels, Values predictions)
    {
        MetricInput.SameCount(labels.Count, predictions.Count);
        MetricInput.Finite(labels, nameof(labels));
        MetricInput.Finite(predictions, nameof(predictions));
    }

    private static void CheckPairs(Values labels, Values predictions)
    {
        Check(labels, predictions);
        if (labels.Count < 2)
            throw new ArgumentException("A correlation needs two examples or more; there is one.", nameof(labels));
    }

    private static double SquaredErrors(Values labels, Values predictions)
    {
        double sum = 0;
        for (var i = 0; i < labels.Count; i++)
            sum += (labels[i] - predictions[i]) * (labels[i] - predictions[i]);
        return sum;
    }

    private static double Mean(ReadOnlySpan<double> numbers)
    {
        double sum = 0;
        foreach (var number in numbers)
            sum += number;
        return sum / numbers.Length;
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
        return Math.Clamp(xy / (Math.Sqrt(xx) * Math.Sqrt(yy)), -1, 1);      // rounding alone may pass 1
    }

    private static bool IsConstant(ReadOnlySpan<double> numbers) => !numbers.ContainsAnyExcept(numbers[0]);

    /// <summary>Ranks from 1; equal numbers share the mean of the ranks they fill.</summary>
    private static double[] Ranks(ReadOnlySpan<double> numbers)
    {
        var sorted = numbers.ToArray();
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
