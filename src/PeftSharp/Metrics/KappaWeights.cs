namespace PeftSharp.Metrics;

/// <summary>How much a disagreement counts in Cohen's kappa; scikit-learn's <c>weights</c>.</summary>
public enum KappaWeights
{
    /// <summary>Every disagreement counts 1.</summary>
    None,

    /// <summary>A disagreement counts the distance of the two classes, by their place in the sorted classes.</summary>
    Linear,

    /// <summary>A disagreement counts the square of that distance.</summary>
    Quadratic,
}
