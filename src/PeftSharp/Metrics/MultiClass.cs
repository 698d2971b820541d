namespace PeftSharp.Metrics;

/// <summary>How the area under the ROC curve is taken with more than two classes; scikit-learn's <c>multi_class</c>.</summary>
public enum MultiClass
{
    /// <summary>Each class against all others.</summary>
    OneVersusRest,

    /// <summary>Each pair of classes by itself, both ways (Hand and Till 2001); insensitive to the classes' sizes under a macro average.</summary>
    OneVersusOne,
}
