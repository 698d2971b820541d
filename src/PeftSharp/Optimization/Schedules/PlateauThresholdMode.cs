namespace PeftSharp.Optimization;

/// <summary>How the threshold of an improvement is measured.</summary>
public enum PlateauThresholdMode
{
    /// <summary>Relative to the best metric (<c>rel</c>).</summary>
    Rel,

    /// <summary>As an absolute difference (<c>abs</c>).</summary>
    Abs,
}
