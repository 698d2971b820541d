namespace PeftSharp.Metrics;

/// <summary>Computes areas under ROC curves by counting pairs in the correct order, without computing the curve.</summary>
internal static class RocArea
{
    /// <summary>
    /// Returns the probability that a positive example has a higher score than a negative one, where ties count one half; NaN if there are
    /// no positive or no negative examples.
    /// </summary>
    internal static double Of(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores)
    {
        double above = 0, positives = 0, negatives = 0;
        foreach (var (tiedPositives, tiedNegatives) in TiedGroups(positive, scores))
        {
            above += tiedNegatives * (positives + tiedPositives / 2.0);
            positives += tiedPositives;
            negatives += tiedNegatives;
        }
        return above / (positives * negatives);
    }

    /// <summary>Returns the areas to average over, each with its number of examples.</summary>
    internal static IReadOnlyList<(double Area, double Examples)> Parts(
        Labels labels, MetricValues probabilities, int classes, MultiClass multiClass)
    {
        var parts = new List<(double Area, double Examples)>();
        for (var a = 0; a < classes; a++)
        {
            if (multiClass == MultiClass.OneVersusRest)
                parts.Add(Part(labels, probabilities, classes, a, other: null));
            for (var b = a + 1; b < classes && multiClass == MultiClass.OneVersusOne; b++)
            {
                var (forward, first) = Part(labels, probabilities, classes, a, b);
                var (backward, second) = Part(labels, probabilities, classes, b, a);
                parts.Add(((forward + backward) / 2, first + second));
            }
        }
        return parts;
    }

    /// <summary>Returns the numbers of positive and negative examples for each distinct score, highest score first.</summary>
    internal static List<(int Positives, int Negatives)> TiedGroups(ReadOnlySpan<bool> positive, ReadOnlySpan<double> scores)
    {
        var order = new int[scores.Length];
        var keys = new double[scores.Length];
        for (var i = 0; i < order.Length; i++)
            (order[i], keys[i]) = (i, -scores[i]);
        Array.Sort(keys, order);
        var groups = new List<(int Positives, int Negatives)>();
        for (var i = 0; i < order.Length; i++)
        {
            if (i == 0 || keys[i] != keys[i - 1])
                groups.Add((0, 0));
            var (positives, negatives) = groups[^1];
            groups[^1] = positive[order[i]] ? (positives + 1, negatives) : (positives, negatives + 1);
        }
        return groups;
    }

    /// <summary>Returns the area of one class against another (null: all others), from the scores in the column of the class.</summary>
    private static (double Area, double Examples) Part(
        Labels labels, MetricValues probabilities, int classes, int positiveClass, int? other)
    {
        var positive = new List<bool>();
        var scores = new List<double>();
        for (var i = 0; i < labels.Count; i++)
        {
            if (other is not null && labels[i] != positiveClass && labels[i] != other)
                continue;
            positive.Add(labels[i] == positiveClass);
            scores.Add(probabilities[i * classes + positiveClass]);
        }
        return (Of(positive.ToArray(), scores.ToArray()), positive.Count(isPositive => isPositive));
    }
}
