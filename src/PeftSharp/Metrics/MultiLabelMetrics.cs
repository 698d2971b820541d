namespace PeftSharp.Metrics;

/// <summary>Metrics of predictions with several labels an example (multi-label classification), as in <c>sklearn.metrics</c> for indicator matrices; labels come first, scores second.</summary>
/// <remarks>
/// <para>Labels and scores are matrices [examples × labels], row by row. A label is predicted where its score reaches the threshold. Without a threshold the scores must be probabilities
/// (<see cref="ScoreExtensions.Sigmoid(float[])"/> makes them of logits) and are compared with 0.5; the same decision for logits is <c>threshold: 0</c>.</para>
/// <para>All throw <see cref="ArgumentException"/> if there is no example, the counts differ, a label is neither 0 nor 1, or a score is not finite.</para>
/// </remarks>
public static class MultiLabelMetrics
{
    /// <summary>Precision, recall and F1 at once.</summary>
    /// <param name="labels">0 or 1 for each label of each example, [examples × labels].</param>
    /// <param name="scores">Scores of the same shape; 0 and 1 are scores too.</param>
    /// <param name="labelCount">The number of labels: the length of a row.</param>
    /// <param name="average">How the labels become one number; default micro.</param>
    /// <param name="threshold">The smallest score with which a label is predicted. Null (default): 0.5, and the scores must be probabilities.</param>
    /// <param name="zeroDivision">What 0/0 counts: 0 (default) or 1. Under <see cref="Average.Samples"/> this is the score of an example that has no label and gets none.</param>
    /// <exception cref="ArgumentException">The average is binary, or the input is not as described.</exception>
    public static PrecisionRecallF1 PrecisionRecallFscoreSupport(
        Values labels, Values scores, int labelCount, Average average = Average.Micro, double? threshold = null, double zeroDivision = 0) =>
        new MultiLabelCounts(labels, scores, labelCount, threshold, zeroDivision).Of(average);

    /// <summary>The share of the predicted labels that are right.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double PrecisionScore(
        Values labels, Values scores, int labelCount, Average average = Average.Micro, double? threshold = null, double zeroDivision = 0) =>
        PrecisionRecallFscoreSupport(labels, scores, labelCount, average, threshold, zeroDivision).Precision;

    /// <summary>The share of the true labels that are predicted.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double RecallScore(
        Values labels, Values scores, int labelCount, Average average = Average.Micro, double? threshold = null, double zeroDivision = 0) =>
        PrecisionRecallFscoreSupport(labels, scores, labelCount, average, threshold, zeroDivision).Recall;

    /// <summary>The harmonic mean of precision and recall.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double F1Score(
        Values labels, Values scores, int labelCount, Average average = Average.Micro, double? threshold = null, double zeroDivision = 0) =>
        PrecisionRecallFscoreSupport(labels, scores, labelCount, average, threshold, zeroDivision).F1;

    /// <summary>The share of the examples all of whose labels are right, 0 to 1: <c>accuracy_score</c> in scikit-learn.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double SubsetAccuracy(Values labels, Values scores, int labelCount, double? threshold = null)
    {
        var counts = new MultiLabelCounts(labels, scores, labelCount, threshold, zeroDivision: 0);
        return (double)counts.Exact / counts.Examples;
    }

    /// <summary>The share of the labels that are wrong, 0 to 1: <c>hamming_loss</c> in scikit-learn.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    public static double HammingLoss(Values labels, Values scores, int labelCount, double? threshold = null)
    {
        var counts = new MultiLabelCounts(labels, scores, labelCount, threshold, zeroDivision: 0);
        return (double)counts.Wrong / counts.Examples / labelCount;
    }

    /// <summary>The scores of each label and their averages; <c>ToString</c> gives scikit-learn's table.</summary>
    /// <inheritdoc cref="PrecisionRecallFscoreSupport"/>
    /// <param name="labels">0 or 1 for each label of each example, [examples × labels].</param>
    /// <param name="scores">Scores of the same shape.</param>
    /// <param name="labelCount">The number of labels: the length of a row.</param>
    /// <param name="names">A name for each label; null: the numbers from 0.</param>
    /// <param name="threshold">The smallest score with which a label is predicted. Null (default): 0.5, and the scores must be probabilities.</param>
    /// <param name="zeroDivision">What 0/0 counts: 0 (default) or 1.</param>
    /// <exception cref="ArgumentException">The number of names is not <paramref name="labelCount"/>, or the input is not as described.</exception>
    public static MultiLabelReport Report(
        Values labels, Values scores, int labelCount, IReadOnlyList<string>? names = null, double? threshold = null, double zeroDivision = 0) =>
        new(new MultiLabelCounts(labels, scores, labelCount, threshold, zeroDivision), names);
}
