namespace PeftSharp.Metrics;

/// <summary>How the scores of several classes become one number; scikit-learn's <c>average</c>.</summary>
public enum Average
{
    /// <summary>Only the positive class of two counts.</summary>
    Binary,

    /// <summary>Hits and misses are summed over the classes first: each example weighs the same.</summary>
    /// <remarks>
    /// Where each example has one class, the micro averages of precision, recall and F1 over all classes are the accuracy. For several labels an example use <see cref="MultiLabelMetrics"/>:
    /// labels that are flattened and given to <see cref="ClassificationMetrics"/> make 0 a class too, and their micro average the share of right cells.
    /// </remarks>
    Micro,

    /// <summary>The mean of the classes: each class weighs the same.</summary>
    Macro,

    /// <summary>The mean of the classes, each weighing as many as it has examples.</summary>
    Weighted,

    /// <summary>The mean over the examples of the score of each example's labels; for several labels an example (<see cref="MultiLabelMetrics"/>) only.</summary>
    Samples,
}
