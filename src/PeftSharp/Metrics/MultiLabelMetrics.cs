namespace PeftSharp.Metrics;

/// <summary>
/// Metrics of predictions with several labels per example (multi-label classification), as <c>sklearn.metrics</c> computes them for
/// indicator matrices. Labels are the first argument, scores the second.
/// </summary>
/// <remarks>
/// <para>Labels and scores are matrices [examples, labels] in row-major order. A label is predicted if its score is at least the threshold.
/// Without a threshold, the scores must be probabilities (<see cref="ScoreExtensions.Sigmoid(float[])"/> computes them from logits), and
/// the threshold is 0.5; the equivalent for logits is <c>threshold: 0</c>.</para>
/// <para>All methods throw <see cref="ArgumentException"/> if there are no examples, the numbers of labels and scores differ or are not a
/// multiple of the label count, a label is neither 0 nor 1, a score is not finite, or a score is not a probability and no threshold is
/// given.</para>
/// </remarks>
public static class MultiLabelMetrics
{
    /// <summary>Returns precision, recall and F1.</summary>
    /// <param name="labels">0 or 1 for each label of each example, [examples, labels].</param>
    /// <param name="scores">The scores, [examples, labels]; predictions of 0 and 1 are accepted as well.</param>
    /// <param name="labelCount">The number of labels: the length of a row.</param>
    /// <param name="average">How the scores of the labels are averaged. Default micro.</param>
    /// <param name="threshold">The minimum score of a predicted label. Null (default): 0.5, and the scores must be probabilities.</param>
    /// <param name="zeroDivision">
    /// The score if its formula is 0/0: 0 (default) or 1. With <see cref="Average.Samples"/>, an example that has neither true nor
    /// predicted labels has this score.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The average is <see cref="Average.Binary"/>, or the numbers of labels and scores differ, are 0 or are not a multiple of
    /// <paramref name="labelCount"/>. The exception is also thrown if a label is neither 0 nor 1, if a score is not finite, or if no
    /// threshold is given and a score is not a probability.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="labelCount"/> is less than 1, or <paramref name="zeroDivision"/> is neither 0 nor 1.
    /// </exception>
    public static PrecisionRecallF1 PrecisionRecallFscoreSupport(
        MetricValues labels, MetricValues scores, int labelCount, Average average = Average.Micro,
        double? threshold = null, double zeroDivision = 0) =>
        new MultiLabelCounts(labels, scores, labelCount, threshold, zeroDivision).Of(average);

    /// <summary>Returns the precision: the proportion of the predicted labels that are correct.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double PrecisionScore(
        MetricValues labels, MetricValues scores, int labelCount, Average average = Average.Micro,
        double? threshold = null, double zeroDivision = 0) =>
        PrecisionRecallFscoreSupport(labels, scores, labelCount, average, threshold, zeroDivision).Precision;

    /// <summary>Returns the recall: the proportion of the true labels that are predicted.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double RecallScore(
        MetricValues labels, MetricValues scores, int labelCount, Average average = Average.Micro,
        double? threshold = null, double zeroDivision = 0) =>
        PrecisionRecallFscoreSupport(labels, scores, labelCount, average, threshold, zeroDivision).Recall;

    /// <summary>Returns the F1 score: the harmonic mean of precision and recall.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double F1Score(
        MetricValues labels, MetricValues scores, int labelCount, Average average = Average.Micro,
        double? threshold = null, double zeroDivision = 0) =>
        PrecisionRecallFscoreSupport(labels, scores, labelCount, average, threshold, zeroDivision).F1;

    /// <summary>
    /// Returns the proportion of examples whose predicted labels all equal the true labels, 0 to 1 (exact match; scikit-learn's
    /// <c>accuracy_score</c>).
    /// </summary>
    /// <param name="labels">0 or 1 for each label of each example, [examples, labels].</param>
    /// <param name="scores">The scores, [examples, labels]; predictions of 0 and 1 are accepted as well.</param>
    /// <param name="labelCount">The number of labels: the length of a row.</param>
    /// <param name="threshold">The minimum score of a predicted label. Null (default): 0.5, and the scores must be probabilities.</param>
    /// <exception cref="ArgumentException">
    /// The numbers of labels and scores differ, are 0 or are not a multiple of <paramref name="labelCount"/>. The exception is also thrown
    /// if a label is neither 0 nor 1, if a score is not finite, or if no threshold is given and a score is not a probability.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelCount"/> is less than 1.</exception>
    public static double SubsetAccuracy(MetricValues labels, MetricValues scores, int labelCount, double? threshold = null)
    {
        var counts = new MultiLabelCounts(labels, scores, labelCount, threshold, zeroDivision: 0);
        return (double)counts.Exact / counts.Examples;
    }

    /// <summary>Returns the proportion of wrong labels, 0 to 1: <c>hamming_loss</c> in scikit-learn.</summary>
    /// <param name="labels">0 or 1 for each label of each example, [examples, labels].</param>
    /// <param name="scores">The scores, [examples, labels]; predictions of 0 and 1 are accepted as well.</param>
    /// <param name="labelCount">The number of labels: the length of a row.</param>
    /// <param name="threshold">The minimum score of a predicted label. Null (default): 0.5, and the scores must be probabilities.</param>
    /// <exception cref="ArgumentException">
    /// The numbers of labels and scores differ, are 0 or are not a multiple of <paramref name="labelCount"/>. The exception is also thrown
    /// if a label is neither 0 nor 1, if a score is not finite, or if no threshold is given and a score is not a probability.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelCount"/> is less than 1.</exception>
    public static double HammingLoss(MetricValues labels, MetricValues scores, int labelCount, double? threshold = null)
    {
        var counts = new MultiLabelCounts(labels, scores, labelCount, threshold, zeroDivision: 0);
        return (double)counts.Wrong / counts.Examples / labelCount;
    }

    /// <summary>Returns the scores of each label and their averages; <c>ToString</c> returns the table of scikit-learn.</summary>
    /// <param name="labels">0 or 1 for each label of each example, [examples, labels].</param>
    /// <param name="scores">The scores, [examples, labels].</param>
    /// <param name="labelCount">The number of labels: the length of a row.</param>
    /// <param name="names">A name for each label. Null: the indices from 0.</param>
    /// <param name="threshold">The minimum score of a predicted label. Null (default): 0.5, and the scores must be probabilities.</param>
    /// <param name="zeroDivision">The score if its formula is 0/0: 0 (default) or 1.</param>
    /// <exception cref="ArgumentException">
    /// The number of names is not <paramref name="labelCount"/>, or the numbers of labels and scores differ, are 0 or are not a multiple of
    /// <paramref name="labelCount"/>. The exception is also thrown if a label is neither 0 nor 1, if a score is not finite, or if no
    /// threshold is given and a score is not a probability.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="labelCount"/> is less than 1, or <paramref name="zeroDivision"/> is neither 0 nor 1.
    /// </exception>
    public static MultiLabelReport Report(
        MetricValues labels, MetricValues scores, int labelCount, IReadOnlyList<string>? names = null, double? threshold = null,
        double zeroDivision = 0) =>
        new(new MultiLabelCounts(labels, scores, labelCount, threshold, zeroDivision), names);
}
