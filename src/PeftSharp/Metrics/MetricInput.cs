namespace PeftSharp.Metrics;

/// <summary>The checks that every metric begins with.</summary>
internal static class MetricInput
{
    /// <exception cref="ArgumentException">There is no example, or the counts differ.</exception>
    internal static void SameCount(int labels, int predictions, string what = "predictions")
    {
        if (labels != predictions)
            throw new ArgumentException($"{labels} labels but {predictions} {what}: a metric compares them one by one, so give as many of both.", what);
        if (labels == 0)
            throw new ArgumentException($"No labels and no {what}: a metric of nothing is undefined. Is the evaluation set empty?", what);
    }

    /// <exception cref="ArgumentException">The scores are not one row of <paramref name="classes"/> an example, or there is no example.</exception>
    internal static void Rows(int labels, int scores, int classes, string what)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (scores != (long)labels * classes)
            throw new ArgumentException($"{labels} labels of {classes} classes need {(long)labels * classes} {what}, one row of {classes} an example; there are {scores}.", what);
        SameCount(labels, labels, what);
    }

    /// <exception cref="ArgumentException">A number is NaN or infinite.</exception>
    internal static void Finite(Values numbers, string what)
    {
        for (var i = 0; i < numbers.Count; i++)
            if (!double.IsFinite(numbers[i]))
                throw new ArgumentException($"{what}[{i}] is {numbers[i].ToString(System.Globalization.CultureInfo.InvariantCulture)}: a metric needs finite numbers. Has the training diverged?", what);
    }

    /// <exception cref="ArgumentException">A number is outside [0, 1].</exception>
    internal static void Probabilities(Values numbers, string what)
    {
        Finite(numbers, what);
        for (var i = 0; i < numbers.Count; i++)
            if (numbers[i] is < 0 or > 1)
                throw new ArgumentException($"{what}[{i}] is {numbers[i].ToString(System.Globalization.CultureInfo.InvariantCulture)}, no probability. Logits become probabilities by Softmax.", what);
    }

    /// <exception cref="ArgumentException">A label is not one of 0 … classes-1.</exception>
    internal static void ColumnNumbers(Labels labels, int classes)
    {
        for (var i = 0; i < labels.Count; i++)
            if ((uint)labels[i] >= (uint)classes)
                throw new ArgumentException($"The label of example {i} is {labels[i]}; with {classes} columns the classes are 0 to {classes - 1}.", nameof(labels));
    }

    /// <exception cref="ArgumentOutOfRangeException">Neither 0 nor 1.</exception>
    internal static void ZeroDivision(double zeroDivision)
    {
        if (zeroDivision is not (0 or 1))
            throw new ArgumentOutOfRangeException(nameof(zeroDivision), zeroDivision, "What 0/0 counts is 0 or 1.");
    }
}
