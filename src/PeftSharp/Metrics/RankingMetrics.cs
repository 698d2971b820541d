namespace PeftSharp.Metrics;

/// <summary>Metrics of probabilities and other scores against true classes, as in <c>sklearn.metrics</c>.</summary>
/// <remarks>
/// All methods throw <see cref="ArgumentException"/> if there are no examples, a score is NaN or infinite, or the number of scores is
/// wrong: one per example is required, or one row per example if the number of classes is passed.
/// </remarks>
public static class RankingMetrics
{
    /// <summary>
    /// Returns the area under the ROC curve of two classes: the probability that an example of the class with the larger id has a higher
    /// score than an example of the other class, where ties count one half. NaN if the labels have only one class, as in scikit-learn.
    /// </summary>
    /// <param name="labels">The true classes; at most two.</param>
    /// <param name="scores">One score per example, higher for the class with the larger id; any scale.</param>
    /// <exception cref="ArgumentException">There are more than two classes.</exception>
    public static double RocAucScore(Labels labels, MetricValues scores)
    {
        MetricInput.SameCount(labels.Count, scores.Count, nameof(scores));
        MetricInput.Finite(scores, nameof(scores));
        var classes = Distinct(labels);
        if (classes.Count > 2)
            throw new ArgumentException(
                $"One score per example supports two classes, but the labels have {classes.Count}: {string.Join(", ", classes)}. "
                + "Pass one column per class and the number of classes.", nameof(labels));
        var positive = new bool[labels.Count];
        for (var i = 0; i < positive.Length; i++)
            positive[i] = labels[i] == classes.Max;
        return classes.Count < 2 ? double.NaN : RocArea.Of(positive, scores.Span);
    }

    /// <summary>
    /// Returns the area under the ROC curve of several classes, averaged over the classes or pairs of classes; NaN if a class has no
    /// example.
    /// </summary>
    /// <param name="labels">The true classes; each is the index of a column.</param>
    /// <param name="probabilities">[examples, classes] in row-major order; each row sums to 1.</param>
    /// <param name="classes">The number of columns, at least 2.</param>
    /// <param name="multiClass">
    /// Whether to compare each class with all other classes together (default), or with each other class separately.
    /// </param>
    /// <param name="average">
    /// <see cref="Average.Macro"/> (default), or <see cref="Average.Weighted"/> by the proportion of examples of each class or pair.
    /// </param>
    /// <exception cref="ArgumentException">
    /// A label is not the index of a column, a probability is outside [0, 1], a row does not sum to 1, or the average is not supported.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is less than 2.</exception>
    public static double RocAucScore(
        Labels labels, MetricValues probabilities, int classes, MultiClass multiClass = MultiClass.OneVersusRest,
        Average average = Average.Macro)
    {
        CheckMatrix(labels, probabilities, classes);
        if (average is not (Average.Macro or Average.Weighted))
            throw new ArgumentException(
                $"Average.{average} is not supported for the area under the ROC curve of {classes} classes. "
                + "Use Average.Macro or Average.Weighted.", nameof(average));
        double sum = 0, weights = 0;
        foreach (var (area, examples) in RocArea.Parts(labels, probabilities, classes, multiClass))
        {
            var weight = average == Average.Weighted ? examples : 1;
            sum += weight * area;
            weights += weight;
        }
        return sum / weights;
    }

    /// <summary>
    /// Returns the average precision: the mean of the precisions at all thresholds, weighted by the increase in recall. 0 if no example is
    /// positive, as in scikit-learn.
    /// </summary>
    /// <param name="labels">The true classes; at most two.</param>
    /// <param name="scores">One score per example, higher for the positive class; any scale.</param>
    /// <param name="posLabel">The positive class. Default 1.</param>
    /// <exception cref="ArgumentException">
    /// There are more than two classes, or two classes that do not include <paramref name="posLabel"/>.
    /// </exception>
    public static double AveragePrecisionScore(Labels labels, MetricValues scores, int posLabel = 1)
    {
        MetricInput.SameCount(labels.Count, scores.Count, nameof(scores));
        MetricInput.Finite(scores, nameof(scores));
        var classes = Distinct(labels);
        if (classes.Count > 2 || (classes.Count == 2 && !classes.Contains(posLabel)))
            throw new ArgumentException(
                $"Average precision requires two classes that include the positive class {posLabel}, but the classes are "
                + $"{string.Join(", ", classes)}. Set posLabel, or compute the average precision for each class.", nameof(labels));
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

    /// <summary>Returns the mean negative log-likelihood (natural logarithm) of labels 0 and 1.</summary>
    /// <param name="labels">The true classes, 0 or 1.</param>
    /// <param name="probabilities">
    /// The probability of class 1, one per example. Clipped to [ε, 1 - ε], where ε is the machine epsilon of the type of the values.
    /// </param>
    /// <exception cref="ArgumentException">A label is neither 0 nor 1, or a probability is outside [0, 1].</exception>
    public static double LogLoss(Labels labels, MetricValues probabilities)
    {
        MetricInput.SameCount(labels.Count, probabilities.Count, nameof(probabilities));
        MetricInput.ColumnNumbers(labels, classes: 2);
        MetricInput.Probabilities(probabilities, nameof(probabilities));
        double sum = 0;
        for (var i = 0; i < labels.Count; i++)
        {
            // Clip before computing 1 - p, so that both ends have the same distance from 0 and 1.
            var clipped = Clip(probabilities[i], probabilities.Epsilon);
            sum -= Math.Log(labels[i] == 1 ? clipped : 1 - clipped);
        }
        return sum / labels.Count;
    }

    /// <summary>Returns the mean negative log-likelihood (natural logarithm) of several classes.</summary>
    /// <param name="labels">The true classes; each is the index of a column.</param>
    /// <param name="probabilities">
    /// [examples, classes] in row-major order; each row sums to 1. Clipped to [ε, 1 - ε], where ε is the machine epsilon of the type of the
    /// values.
    /// </param>
    /// <param name="classes">The number of columns, at least 2.</param>
    /// <exception cref="ArgumentException">
    /// A label is not the index of a column, a probability is outside [0, 1], or a row does not sum to 1.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="classes"/> is less than 2.</exception>
    public static double LogLoss(Labels labels, MetricValues probabilities, int classes)
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

    private static void CheckMatrix(Labels labels, MetricValues probabilities, int classes)
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
                throw new ArgumentException(
                    $"The probabilities of example {row} sum to {sum.ToString(System.Globalization.CultureInfo.InvariantCulture)}, "
                    + "not 1. Apply Softmax() to logits.", nameof(probabilities));
        }
    }
}
