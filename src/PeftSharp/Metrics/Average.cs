namespace PeftSharp.Metrics;

/// <summary>How the scores of several classes are averaged; <c>average</c> in scikit-learn.</summary>
public enum Average
{
    /// <summary>The score of the positive class; for two classes only.</summary>
    Binary,

    /// <summary>
    /// Sums true positives, predictions and labels over the classes before the score is computed, so that each example has the same weight.
    /// </summary>
    /// <remarks>
    /// If each example has one class, the micro averages of precision, recall and F1 over all classes are equal to the accuracy. For
    /// several labels per example, use <see cref="MultiLabelMetrics"/>: with <see cref="ClassificationMetrics"/> on flattened labels, 0 is
    /// also a class, and the micro average is the proportion of correct elements.
    /// </remarks>
    Micro,

    /// <summary>The mean of the scores of the classes: each class has the same weight.</summary>
    Macro,

    /// <summary>The mean of the scores of the classes, weighted by the number of examples of each class.</summary>
    Weighted,

    /// <summary>The mean of the scores of the examples. Requires several labels per example (<see cref="MultiLabelMetrics"/>).</summary>
    Samples,
}
