namespace PeftSharp.Metrics;

/// <summary>The weights of disagreements in Cohen's kappa; <c>weights</c> in scikit-learn.</summary>
public enum KappaWeights
{
    /// <summary>All disagreements have weight 1.</summary>
    None,

    /// <summary>The weight is the distance of the two classes in the sorted list of classes.</summary>
    Linear,

    /// <summary>The weight is the square of the distance of the two classes in the sorted list of classes.</summary>
    Quadratic,
}
