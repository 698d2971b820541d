namespace PeftSharp.Metrics;

/// <summary>How the area under the ROC curve is computed for more than two classes; <c>multi_class</c> in scikit-learn.</summary>
public enum MultiClass
{
    /// <summary>Each class against all other classes.</summary>
    OneVersusRest,

    /// <summary>
    /// Each pair of classes, in both directions (Hand and Till 2001). Its macro average does not depend on the sizes of the classes.
    /// </summary>
    OneVersusOne,
}
