namespace PeftSharp.Metrics;

/// <summary>Scores of predicted classes against true ones, as in <c>sklearn.metrics</c>; labels come first, predictions second.</summary>
/// <remarks>All throw <see cref="ArgumentException"/> where there is no example or the two counts differ.</remarks>
public static class ClassificationMetrics
{
    /// <summary>The share of right predictions, 0 to 1.</summary>
    public static double AccuracyScore(Labels labels, Labels predictions)
    {
        MetricInput.SameCount(labels.Count, predictions.Count);
        var right = 0;
        for (var i = 0; i < labels.Count; i++)
            right += labels[i] == predictions[i] ? 1 : 0;
        return (double)right / labels.Count;
    }

    /// <summary>Precision, recall and F1 at once.</summary>
    /// <param name="labels">True classes.</param>
    /// <param name="predictions">Predicted classes.</param>
    /// <param name="average">How classes become one number; default binary.</param>
    /// <param name="posLabel">The positive class under <see cref="Average.Binary"/>; default 1. Unused otherwise.</param>
    /// <param name="zeroDivision">What 0/0 counts: 0 (default) or 1.</param>
    /// <param name="classes">The classes to average over; none: all that occur.</param>
    /// <exception cref="ArgumentException">A binary average of more than two classes, or of two that do not include <paramref name="posLabel"/>.</exception>
    public static PrecisionRecallF1 PrecisionRecallFscoreSupport(
        Labels labels, Labels predictions, Average average = Average.Binary, int posLabel = 1, double zeroDivision = 0, Labels classes = default)
    {
        MetricInput.ZeroDivision(zeroDivision);
        if (average == Average.Samples)
            throw new ArgumentException("Average.Samples is for several labels an example, and here each has one class. Use MultiLabelMetrics, or choose Average.Micro, Macro or Weighted.", nameof(average));
        var counts = new ConfusionCounts(labels, predictions);
        if (average == Average.Binary)
        {
            if (counts.Classes.Length > 2)
                throw new ArgumentException($"A binary average needs two classes; there are {counts.Classes.Length}: {string.Join(", ", counts.Classes)}. Choose Average.Micro, Macro or Weighted.", nameof(average));
            if (counts.Classes.Length == 2 && counts.IndexOf(posLabel) < 0)
                throw new ArgumentException($"The positive class {posLabel} does not occur; the classes are {string.Join(" and ", counts.Classes)}.", nameof(posLabel));
            var positive = counts.Score(posLabel, zeroDivision);
            return new(positive.Precision, positive.Recall, positive.F1);
        }
        return ClassAverages.Of(counts, Chosen(counts, classes), average, zeroDivision);
    }

    /// <summary>Precision, recall, F1 and support of each class, ascending by class (or in the order of <paramref name="classes"/>).</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static IReadOnlyList<ClassScores> PrecisionRecallFscoreSupportPerClass(
        Labels labels, Labels predictions, double zeroDivision = 0, Labels classes = default)
    {
        MetricInput.ZeroDivision(zeroDivision);
        var counts = new ConfusionCounts(labels, predictions);
        return Array.ConvertAll(Chosen(counts, classes), label => counts.Score(label, zeroDivision));
    }

    /// <summary>The share of the predicted examples that are right.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double PrecisionScore(
        Labels labels, Labels predictions, Average average = Average.Binary, int posLabel = 1, double zeroDivision = 0, Labels classes = default) =>
        PrecisionRecallFscoreSupport(labels, predictions, average, posLabel, zeroDivision, classes).Precision;

    /// <summary>The share of the true examples that were found.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double RecallScore(
        Labels labels, Labels predictions, Average average = Average.Binary, int posLabel = 1, double zeroDivision = 0, Labels classes = default) =>
        PrecisionRecallFscoreSupport(labels, predictions, average, posLabel, zeroDivision, classes).Recall;

    /// <summary>The harmonic mean of precision and recall.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double F1Score(
        Labels labels, Labels predictions, Average average = Average.Binary, int posLabel = 1, double zeroDivision = 0, Labels classes = default) =>
        PrecisionRecallFscoreSupport(labels, predictions, average, posLabel, zeroDivision, classes).F1;

    /// <summary>How often each true class (row) was predicted as each class (column); classes ascending.</summary>
    /// <param name="labels">True classes.</param>
    /// <param name="predictions">Predicted classes.</param>
    /// <param name="classes">Rows and columns in this order, other classes left out; none: all that occur.</param>
    /// <exception cref="ArgumentException">None of <paramref name="classes"/> is among the labels.</exception>
    public static int[,] ConfusionMatrix(Labels labels, Labels predictions, Labels classes = default)
    {
        var counts = new ConfusionCounts(labels, predictions);
        var places = Array.ConvertAll(Chosen(counts, classes), counts.IndexOf);
        if (!Array.Exists(places, place => place >= 0 && counts.True[place] > 0))
            throw new ArgumentException($"None of the classes asked for is among the labels, which are {string.Join(", ", counts.Classes.Where((_, i) => counts.True[i] > 0))}.", nameof(classes));
        var matrix = new int[places.Length, places.Length];
        for (var row = 0; row < places.Length; row++)
            for (var column = 0; column < places.Length; column++)
                matrix[row, column] = places[row] < 0 || places[column] < 0 ? 0 : counts[places[row], places[column]];
        return matrix;
    }

    /// <summary>Matthews' correlation of labels and predictions, -1 to 1, for two classes or more (Gorodkin 2004); 0 where one side has a single class.</summary>
    public static double MatthewsCorrcoef(Labels labels, Labels predictions)
    {
        var counts = new ConfusionCounts(labels, predictions);
        double total = counts.Total, hits = counts.Hits.Sum();
        double both = 0, actual = 0, predicted = 0;
        for (var i = 0; i < counts.Classes.Length; i++)
        {
            both += (double)counts.True[i] * counts.Predicted[i];
            actual += (double)counts.True[i] * counts.True[i];
            predicted += (double)counts.Predicted[i] * counts.Predicted[i];
        }
        var spread = (total * total - predicted) * (total * total - actual);
        return spread == 0 ? 0 : (hits * total - both) / Math.Sqrt(spread);
    }

    /// <summary>The mean recall of the classes that occur among the labels.</summary>
    /// <param name="labels">True classes.</param>
    /// <param name="predictions">Predicted classes.</param>
    /// <param name="adjusted">True: chance is 0 and perfect is 1. Default false. With a single class among the labels the adjusted score is NaN.</param>
    public static double BalancedAccuracyScore(Labels labels, Labels predictions, bool adjusted = false)
    {
        var counts = new ConfusionCounts(labels, predictions);
        var recalls = Enumerable.Range(0, counts.Classes.Length).Where(i => counts.True[i] > 0).Select(i => (double)counts.Hits[i] / counts.True[i]).ToArray();
        var mean = recalls.Average();
        return adjusted ? (mean - 1.0 / recalls.Length) / (1 - 1.0 / recalls.Length) : mean;
    }

    /// <summary>Cohen's kappa: agreement beyond what chance would give, 1 at best. NaN where both sides have one and the same class, as in scikit-learn.</summary>
    /// <param name="labels">Classes by the first annotator.</param>
    /// <param name="predictions">Classes by the second.</param>
    /// <param name="weights">How much a disagreement counts; default every one alike.</param>
    public static double CohenKappaScore(Labels labels, Labels predictions, KappaWeights weights = KappaWeights.None)
    {
        var counts = new ConfusionCounts(labels, predictions);
        double observed = 0, expected = 0;
        for (var row = 0; row < counts.Classes.Length; row++)
            for (var column = 0; column < counts.Classes.Length; column++)
            {
                double distance = Math.Abs(row - column);
                var weight = weights switch { KappaWeights.Linear => distance, KappaWeights.Quadratic => distance * distance, _ => Math.Min(distance, 1) };
                observed += weight * counts[row, column];
                expected += weight * counts.True[row] * counts.Predicted[column] / counts.Total;
            }
        return 1 - observed / expected;
    }

    /// <summary>The scores of each class and their averages; <c>ToString</c> gives scikit-learn's table.</summary>
    /// <param name="labels">True classes.</param>
    /// <param name="predictions">Predicted classes.</param>
    /// <param name="targetNames">A name for each class, in the order of the classes; null: the class numbers.</param>
    /// <param name="zeroDivision">What 0/0 counts: 0 (default) or 1.</param>
    /// <param name="classes">The classes to report, in this order; none: all that occur.</param>
    /// <exception cref="ArgumentException">The number of names is not the number of classes.</exception>
    public static ClassificationReport ClassificationReport(
        Labels labels, Labels predictions, IReadOnlyList<string>? targetNames = null, double zeroDivision = 0, Labels classes = default)
    {
        MetricInput.ZeroDivision(zeroDivision);
        var counts = new ConfusionCounts(labels, predictions);
        return new(counts, Chosen(counts, classes), targetNames, zeroDivision);
    }

    private static int[] Chosen(ConfusionCounts counts, Labels classes)
    {
        if (classes.Count == 0)
            return counts.Classes;
        var chosen = new int[classes.Count];
        for (var i = 0; i < chosen.Length; i++)
            chosen[i] = classes[i];
        return chosen;
    }
}
