namespace PeftSharp.Metrics;

/// <summary>Scores of probabilities and other confidences against true classes, as in <c>sklearn.metrics</c>.</summary>
/// <remarks>All throw <see cref="ArgumentException"/> where there is no example, the counts differ, or a score is NaN or infinite.</remarks>
public static class RankingMetrics
{
    /// <summary>
    /// The area under the ROC curve of two classes: how often an example of the larger class number scores above one of the smaller, ties counting half.
    /// NaN where the labels have a single class, as in scikit-learn.
    /// </summary>
    /// <param name="labels">True classes; at most two.</param>
    /// <param name="scores">One an example, higher for the larger class number; any scale.</param>
    /// <exception cref="ArgumentException">More than two classes.</exception>
    public static double RocAucScore(Labels labels, Values scores)
    {
        MetricInput.SameCount(labels.Count, scores.Count, nameof(scores));
        MetricInput.Finite(scores, nameof(scores));
        var classes = Distinct(labels);
        if (classes.Count > 2)
            throw new ArgumentException($"One score an example ranks two classes; the labels have {classes.Count}: {string.Join(", ", classes)}. Give one column a class and their number.", nameof(labels));
        var positive = new bool[labels.Count];
        for (var i = 0; i < positive.Length; i++)
            positive[i] = labels[i] == classes.Max;
        return classes.Count < 2 ? double.NaN : RocArea.Of(positive, scores.Span);
    }

    /// <summary>The area under the ROC curve of several classes, averaged over them or their pairs; NaN where a class has no example.</summary>
    /// <param name="labels">True classes, each a column number.</param>
    /// <param name="probabilities">[examples × classes], row by row; each row sums to 1.</param>
    /// <param name="classes">The number of columns, two or more.</param>
    /// <param name="multiClass">Each class against the rest (default) or against each other.</param>
    /// <param name="average"><see cref="Average.Macro"/> (default) or <see cref="Average.Weighted"/> by the classes' (pairs') share of examples.</param>
    /// <exception cref="ArgumentException">A row does not sum to 1, a label is no column, or another average is asked for.</exception>
    public static double RocAucScore(
        Labels labels, Values probabilities, int classes, MultiClass multiClass = MultiClass.OneVersusRest, Average average = Average.Macro)
    {
        CheckMatrix(labels, probabilities, classes);
        if (average is not (Average.Macro or Average.Weighted))
            throw new ArgumentException($"The area under the curve of {classes} classes averages by Average.Macro or Average.Weighted, not {average}.", nameof(average));
        double sum = 0, weights = 0;
        foreach (var (area, examples) in RocArea.Parts(labels, probabilities, classes, multiClass))
        {
            var weight = average == Average.Weighted ? examples : 1;
            sum += weight * area;
            weights += weight;
        }
        return sum / weights;
    }

    /// <summary>The mean precision over the recalls reached as the threshold falls. 0 where no example is positive, as in scikit-learn.</summary>
    /// <param name="labels">True classes; at most two.</param>
    /// <param name="scores">One an example, higher for the positive class; any scale.</param>
    /// <param name="posLabel">The positive class; default 1.</param>
    /// <exception cref="ArgumentException">More than two classes, or two that do not include <paramref name="posLabel"/>.</exception>
    public static double AveragePrecisionScore(Labels labels, Values scores, int posLabel = 1)
    {
        MetricInput.SameCount(labels.Count, scores.Count, nameof(scores));
        MetricInput.Finite(scores, nameof(scores));
        var classes = Distinct(labels);
        if (classes.Count > 2 || (classes.Count == 2 && !classes.Contains(posLabel)))
            throw new ArgumentException($"Average precision needs two classes, one of them the positive class {posLabel}; the labels have {string.Join(", ", classes)}.", nameof(labels));
        var positive = new bool[labels.Count];
        for (var i = 0; i < positive.Length; i++)
            positive[i] = labels[i] == posLabel;
        double sum = 0, hits = 0, seen = 0;
        foreach (var (positives, negatives) in RocArea.TiedGroups(positive, scores.Span))
        {
            hits += positives;
            seen += positives + negatives;
            sum += positives * (hits / seen);
        }
        return hits == 0 ? 0 : sum / hits;
    }

    /// <summary>The mean negative log-likelihood (natural logarithm) of labels 0 and 1.</summary>
    /// <param name="labels">True classes, 0 or 1.</param>
    /// <param name="probabilities">The probability of class 1, one an example; kept one float spacing away from 0 and 1.</param>
    /// <exception cref="ArgumentException">A label is neither 0 nor 1, or a probability is outside [0, 1].</exception>
    public static double LogLoss(Labels labels, Values probabilities)
    {
        MetricInput.SameCount(labels.Count, probabilities.Count, nameof(probabilities));
        MetricInput.ColumnNumbers(labels, classes: 2);
        MetricInput.Probabilities(probabilities, nameof(probabilities));
        double sum = 0;
        for (var i = 0; i < labels.Count; i++)
        {
            // Clipped before 1 - p, so both ends stay the same distance from a sure mistake.
            var clipped = Clip(probabilities[i], probabilities.Epsilon);
            sum -= Math.Log(labels[i] == 1 ? clipped : 1 - clipped);
        }
        return sum / labels.Count;
    }

    /// <summary>The mean negative log-likelihood (natural logarithm) of several classes.</summary>
    /// <param name="labels">True classes, each a column number.</param>
    /// <param name="probabilities">[examples × classes], row by row; each row sums to 1.</param>
    /// <param name="classes">The number of columns.</param>
    /// <exception cref="ArgumentException">A label is no column, a probability is outside [0, 1], or a row does not sum to 1.</exception>
    public static double LogLoss(Labels labels, Values probabilities, int classes)
    {
        CheckMatrix(labels, probabilities, classes);
        double sum = 0;
        for (var i = 0; i < labels.Count; i++)
            sum -= Math.Log(Clip(probabilities[i * classes + labels[i]], probabilities.Epsilon));
        return sum / labels.Count;
    }

    private static double Clip(double probability, double epsilon) => Math.Clamp(probability, epsilon, 1 - epsilon);

    private static SortedSet<int> Distinct(Labels labels)
    {
        var classes = new SortedSet<int>();
        foreach (var label in labels)
            classes.Add(label);
        return classes;
    }

    private static void CheckMatrix(Labels labels, Values probabilities, int classes)
    {
        MetricInput.Rows(labels.Count, probabilities.Count, classes, nameof(probabilities));
        MetricInput.ColumnNumbers(labels, classes);
        MetricInput.Probabilities(probabilities, nameof(probabilities));
        var tolerance = Math.Sqrt(probabilities.Epsilon);
        for (var row = 0; row < labels.Count; row++)
        {
            double sum = 0;
            for (var column = 0; column < classes; column++)
                sum += probabilities[row * classes + column];
            if (Math.Abs(sum - 1) > tolerance)
                throw new ArgumentException($"The probabilities of example {row} sum to {sum.ToString(System.Globalization.CultureInfo.InvariantCulture)}, not 1. Logits become probabilities by Softmax.", nameof(probabilities));
        }
    }
}
