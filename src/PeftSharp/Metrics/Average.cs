namespace PeftSharp.Metrics;

/// <summary>How the scores of several classes become one number; scikit-learn's <c>average</c>.</summary>
public enum Average
{
    /// <summary>Only the positive class of two counts.</summary>
    Binary,

    /// <summary>Hits and misses are summed over the classes first: each example weighs the same.</summary>
    Micro,

    /// <summary>The mean of the classes: each class weighs the same.</summary>
    Macro,

    /// <summary>The mean of the classes, each weighing as many as it has examples.</summary>
    Weighted,
}
