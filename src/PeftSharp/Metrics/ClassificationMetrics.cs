namespace PeftSharp.Metrics;

/// <summary>
/// Metrics of predicted classes against true classes, as in <c>sklearn.metrics</c>. Labels are the first argument, predictions the second.
/// </summary>
/// <remarks>
/// All methods throw <see cref="ArgumentException"/> if there are no examples or the numbers of labels and predictions differ.
/// </remarks>
public static class ClassificationMetrics
{
    /// <summary>Returns the proportion of correct predictions, 0 to 1.</summary>
    /// <param name="labels">The true classes.</param>
    /// <param name="predictions">The predicted classes.</param>
    public static double AccuracyScore(Labels labels, Labels predictions)
    {
        MetricInput.SameCount(labels.Count, predictions.Count);
        var right = 0;
        for (var i = 0; i < labels.Count; i++)
            right += labels[i] == predictions[i] ? 1 : 0;
        return (double)right / labels.Count;
    }

    /// <summary>Returns precision, recall and F1.</summary>
    /// <param name="labels">The true classes.</param>
    /// <param name="predictions">The predicted classes.</param>
    /// <param name="average">How the scores of the classes are averaged. Default binary.</param>
    /// <param name="posLabel">The positive class for <see cref="Average.Binary"/>; ignored otherwise. Default 1.</param>
    /// <param name="zeroDivision">The score if its formula is 0/0: 0 (default) or 1.</param>
    /// <param name="classes">
    /// The classes to average over; ignored for <see cref="Average.Binary"/>. Default: all classes that occur.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The average is <see cref="Average.Samples"/>. The exception is also thrown if the average is <see cref="Average.Binary"/> and the
    /// examples have more than two classes, or have two classes and neither is <paramref name="posLabel"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="zeroDivision"/> is neither 0 nor 1.</exception>
    public static PrecisionRecallF1 PrecisionRecallFscoreSupport(
        Labels labels, Labels predictions, Average average = Average.Binary, int posLabel = 1, double zeroDivision = 0,
        Labels classes = default)
    {
        MetricInput.ZeroDivision(zeroDivision);
        if (average == Average.Samples)
            throw new ArgumentException(
                "Average.Samples requires several labels per example, but each example has one class. "
                + "Use MultiLabelMetrics, or Average.Micro, Macro or Weighted.", nameof(average));
        var counts = new ConfusionCounts(labels, predictions);
        if (average == Average.Binary)
        {
            if (counts.Classes.Length > 2)
                throw new ArgumentException(
                    $"Average.Binary requires two classes, but there are {counts.Classes.Length}: {string.Join(", ", counts.Classes)}. "
                    + "Use Average.Micro, Macro or Weighted.", nameof(average));
            if (counts.Classes.Length == 2 && counts.IndexOf(posLabel) < 0)
                throw new ArgumentException(
                    $"The positive class {posLabel} does not occur. Set posLabel to one of the classes: "
                    + $"{string.Join(", ", counts.Classes)}.", nameof(posLabel));
            var positive = counts.Score(posLabel, zeroDivision);
            return new(positive.Precision, positive.Recall, positive.F1);
        }
        return ClassAverages.Of(counts, Chosen(counts, classes), average, zeroDivision);
    }

    /// <summary>
    /// Returns precision, recall, F1 and support of each class, in ascending order of the classes or in the order of
    /// <paramref name="classes"/>.
    /// </summary>
    /// <param name="labels">The true classes.</param>
    /// <param name="predictions">The predicted classes.</param>
    /// <param name="zeroDivision">The score if its formula is 0/0: 0 (default) or 1.</param>
    /// <param name="classes">The classes to report, in this order. Default: all classes that occur.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="zeroDivision"/> is neither 0 nor 1.</exception>
    public static IReadOnlyList<ClassScores> PrecisionRecallFscoreSupportPerClass(
        Labels labels, Labels predictions, double zeroDivision = 0, Labels classes = default)
    {
        MetricInput.ZeroDivision(zeroDivision);
        var counts = new ConfusionCounts(labels, predictions);
        return Array.ConvertAll(Chosen(counts, classes), label => counts.Score(label, zeroDivision));
    }

    /// <summary>Returns the precision: of the examples that are predicted as a class, the proportion that belongs to this class.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double PrecisionScore(
        Labels labels, Labels predictions, Average average = Average.Binary, int posLabel = 1, double zeroDivision = 0,
        Labels classes = default) =>
        PrecisionRecallFscoreSupport(labels, predictions, average, posLabel, zeroDivision, classes).Precision;

    /// <summary>Returns the recall: of the examples that belong to a class, the proportion that is predicted as this class.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double RecallScore(
        Labels labels, Labels predictions, Average average = Average.Binary, int posLabel = 1, double zeroDivision = 0,
        Labels classes = default) =>
        PrecisionRecallFscoreSupport(labels, predictions, average, posLabel, zeroDivision, classes).Recall;

    /// <summary>Returns the F1 score: the harmonic mean of precision and recall.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double F1Score(
        Labels labels, Labels predictions, Average average = Average.Binary, int posLabel = 1, double zeroDivision = 0,
        Labels classes = default) =>
        PrecisionRecallFscoreSupport(labels, predictions, average, posLabel, zeroDivision, classes).F1;

    /// <summary>
    /// Returns the number of examples for each true class (row) and predicted class (column), in ascending order of the classes or in the
    /// order of <paramref name="classes"/>.
    /// </summary>
    /// <param name="labels">The true classes.</param>
    /// <param name="predictions">The predicted classes.</param>
    /// <param name="classes">
    /// The classes of the rows and columns, in this order; other classes are left out. Default: all classes that occur.
    /// </param>
    /// <exception cref="ArgumentException">None of <paramref name="classes"/> occurs in the labels.</exception>
    public static int[,] ConfusionMatrix(Labels labels, Labels predictions, Labels classes = default)
    {
        var counts = new ConfusionCounts(labels, predictions);
        var places = Array.ConvertAll(Chosen(counts, classes), counts.IndexOf);
        if (!Array.Exists(places, place => place >= 0 && counts.True[place] > 0))
            throw new ArgumentException(
                "None of the given classes occurs in the labels. Classes of the labels: "
                + $"{string.Join(", ", counts.Classes.Where((_, i) => counts.True[i] > 0))}.", nameof(classes));
        var matrix = new int[places.Length, places.Length];
        for (var row = 0; row < places.Length; row++)
            for (var column = 0; column < places.Length; column++)
                matrix[row, column] = places[row] < 0 || places[column] < 0 ? 0 : counts[places[row], places[column]];
        return matrix;
    }

    /// <summary>
    /// Returns Matthews' correlation coefficient of labels and predictions, -1 to 1, for two or more classes (Gorodkin 2004); 0 if the
    /// labels or the predictions have only one class.
    /// </summary>
    /// <param name="labels">The true classes.</param>
    /// <param name="predictions">The predicted classes.</param>
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

    /// <summary>Returns the mean recall of the classes that occur in the labels.</summary>
    /// <param name="labels">The true classes.</param>
    /// <param name="predictions">The predicted classes.</param>
    /// <param name="adjusted">
    /// Whether to scale the score so that it is 0 for random predictions and 1 for perfect predictions. Default false. If the labels have
    /// only one class, the adjusted score is not defined, and the result is NaN or negative infinity.
    /// </param>
    public static double BalancedAccuracyScore(Labels labels, Labels predictions, bool adjusted = false)
    {
        var counts = new ConfusionCounts(labels, predictions);
        var recalls = Enumerable.Range(0, counts.Classes.Length).Where(i => counts.True[i] > 0)
            .Select(i => (double)counts.Hits[i] / counts.True[i]).ToArray();
        var mean = recalls.Average();
        return adjusted ? (mean - 1.0 / recalls.Length) / (1 - 1.0 / recalls.Length) : mean;
    }

    /// <summary>
    /// Returns Cohen's kappa, the agreement of two annotators beyond chance; 1 is perfect agreement. NaN if both annotators give the same
    /// class to all examples, as in scikit-learn.
    /// </summary>
    /// <param name="labels">The classes given by the first annotator.</param>
    /// <param name="predictions">The classes given by the second annotator.</param>
    /// <param name="weights">The weights of disagreements. Default: all equal.</param>
    public static double CohenKappaScore(Labels labels, Labels predictions, KappaWeights weights = KappaWeights.None)
    {
        var counts = new ConfusionCounts(labels, predictions);
        double observed = 0, expected = 0;
        for (var row = 0; row < counts.Classes.Length; row++)
            for (var column = 0; column < counts.Classes.Length; column++)
            {
                double distance = Math.Abs(row - column);
                var weight = weights switch
                {
                    KappaWeights.Linear => distance,
                    KappaWeights.Quadratic => distance * distance,
                    _ => Math.Min(distance, 1),
                };
                observed += weight * counts[row, column];
                expected += weight * counts.True[row] * counts.Predicted[column] / counts.Total;
            }
        return 1 - observed / expected;
    }

    /// <summary>Returns the scores of each class and their averages; <c>ToString</c> returns the table of scikit-learn.</summary>
    /// <param name="labels">The true classes.</param>
    /// <param name="predictions">The predicted classes.</param>
    /// <param name="targetNames">A name for each class, in the order of the classes. Null: the classes as integers.</param>
    /// <param name="zeroDivision">The score if its formula is 0/0: 0 (default) or 1.</param>
    /// <param name="classes">The classes to report, in this order. Default: all classes that occur.</param>
    /// <exception cref="ArgumentException">The number of names is not the number of classes.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="zeroDivision"/> is neither 0 nor 1.</exception>
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
