namespace PeftSharp.Metrics;

/// <summary>How the area under the ROC curve is computed for more than two classes; <c>multi_class</c> in scikit-learn.</summary>
public enum MultiClass
{
    /// <summary>Compares each class with all other classes.</summary>
    OneVersusRest,

    /// <summary>
    /// Compares the classes of each pair, in both directions (Hand and Till 2001). The macro average of these comparisons does not depend
    /// on the sizes of the classes.
    /// </summary>
    OneVersusOne,
}
