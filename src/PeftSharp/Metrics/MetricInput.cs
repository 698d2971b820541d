using PeftSharp.Internal;

namespace PeftSharp.Metrics;

/// <summary>Checks the arguments of metrics.</summary>
internal static class MetricInput
{
    /// <exception cref="ArgumentException">There are no examples, or the numbers of labels and predictions differ.</exception>
    internal static void SameCount(int labels, int predictions, string what = "predictions")
    {
        if (labels != predictions)
            throw new ArgumentException(
                $"The numbers of labels ({labels}) and {what} ({predictions}) differ. A metric compares them one by one: "
                + "pass the same number of both.", what);
        if (labels == 0)
            throw new ArgumentException(
                $"There are no labels and no {what}, so the metric is undefined. Check whether the evaluation set is empty.", what);
    }

    /// <exception cref="ArgumentException">
    /// The scores do not have one row of <paramref name="classes"/> values per example, or there are no examples.
    /// </exception>
    internal static void Rows(int labels, int scores, int classes, string what)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 2);
        if (scores != (long)labels * classes)
            throw new ArgumentException(
                $"For {Quantity.Of(labels, "label")} and {classes} classes, {(long)labels * classes} {what} are required (a row of "
                + $"{classes} for each label), but there are {scores}.", what);
        SameCount(labels, labels, what);
    }

    /// <exception cref="ArgumentException">A value is NaN or infinite.</exception>
    internal static void Finite(MetricValues values, string what)
    {
        for (var i = 0; i < values.Count; i++)
            if (!double.IsFinite(values[i]))
                throw new ArgumentException(
                    $"{what}[{i}] is {values[i].ToString(System.Globalization.CultureInfo.InvariantCulture)}, "
                    + "but metrics require finite values. Check whether the training has diverged.", what);
    }

    /// <exception cref="ArgumentException">A value is outside [0, 1].</exception>
    internal static void Probabilities(MetricValues values, string what)
    {
        Finite(values, what);
        for (var i = 0; i < values.Count; i++)
            if (values[i] is < 0 or > 1)
                throw new ArgumentException(
                    $"{what}[{i}] is {values[i].ToString(System.Globalization.CultureInfo.InvariantCulture)}, "
                    + "which is not a probability. Apply Softmax() to logits.", what);
    }

    /// <exception cref="ArgumentException">A label is not one of 0 … classes - 1.</exception>
    internal static void ColumnNumbers(Labels labels, int classes)
    {
        for (var i = 0; i < labels.Count; i++)
            if ((uint)labels[i] >= (uint)classes)
                throw new ArgumentException(
                    $"The label of example {i} is {labels[i]}, but with {classes} columns "
                    + $"the classes are 0 to {classes - 1}.", nameof(labels));
    }

    /// <exception cref="ArgumentOutOfRangeException">The value is neither 0 nor 1.</exception>
    internal static void ZeroDivision(double zeroDivision)
    {
        if (zeroDivision is not (0 or 1))
            throw new ArgumentOutOfRangeException(nameof(zeroDivision), zeroDivision, "zeroDivision must be 0 or 1.");
    }
}
