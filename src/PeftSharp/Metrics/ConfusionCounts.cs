namespace PeftSharp.Metrics;

/// <summary>A confusion matrix: the counts from which the classification metrics are computed.</summary>
internal sealed class ConfusionCounts
{
    private readonly int[,] _counts;            // [true class, predicted class], indices into Classes

    internal ConfusionCounts(Labels labels, Labels predictions)
    {
        MetricInput.SameCount(labels.Count, predictions.Count);
        Classes = SortedUnion(labels, predictions);
        Total = labels.Count;
        _counts = new int[Classes.Length, Classes.Length];
        for (var i = 0; i < labels.Count; i++)
            _counts[IndexOf(labels[i]), IndexOf(predictions[i])]++;

        (True, Predicted, Hits) = (new int[Classes.Length], new int[Classes.Length], new int[Classes.Length]);
        for (var row = 0; row < Classes.Length; row++)
        {
            Hits[row] = _counts[row, row];
            for (var column = 0; column < Classes.Length; column++)
            {
                True[row] += _counts[row, column];
                Predicted[column] += _counts[row, column];
            }
        }
    }

    /// <summary>The classes that occur in the labels or the predictions, in ascending order.</summary>
    internal int[] Classes { get; }

    /// <summary>The number of examples of each class.</summary>
    internal int[] True { get; }

    /// <summary>The number of predictions of each class.</summary>
    internal int[] Predicted { get; }

    /// <summary>The number of correct predictions of each class.</summary>
    internal int[] Hits { get; }

    /// <summary>The number of examples.</summary>
    internal int Total { get; }

    internal int this[int trueIndex, int predictedIndex] => _counts[trueIndex, predictedIndex];

    /// <summary>Returns the index of a class in <see cref="Classes"/>; negative if the class does not occur.</summary>
    internal int IndexOf(int label) => Array.BinarySearch(Classes, label);

    /// <summary>Returns precision, recall and F1 of a class; 0/0 is <paramref name="zeroDivision"/>.</summary>
    internal ClassScores Score(int label, double zeroDivision)
    {
        var index = IndexOf(label);
        if (index < 0)
            return new(label, zeroDivision, zeroDivision, zeroDivision, Support: 0);
        var scores = Score(Hits[index], Predicted[index], True[index], zeroDivision);
        return new(label, scores.Precision, scores.Recall, scores.F1, True[index]);
    }

    /// <summary>Returns precision, recall and F1 of counts that are summed over the classes.</summary>
    internal static PrecisionRecallF1 Score(double hits, double predicted, double actual, double zeroDivision) =>
        new(Ratio(hits, predicted, zeroDivision), Ratio(hits, actual, zeroDivision), Ratio(2 * hits, predicted + actual, zeroDivision));

    private static double Ratio(double part, double whole, double zeroDivision) => whole == 0 ? zeroDivision : part / whole;

    private static int[] SortedUnion(Labels labels, Labels predictions)
    {
        var seen = new SortedSet<int>();
        foreach (var label in labels)
            seen.Add(label);
        foreach (var prediction in predictions)
            seen.Add(prediction);
        return [.. seen];
    }
}
