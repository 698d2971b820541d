namespace PeftSharp.Optimization;

/// <summary>Whether a metric is minimized or maximized.</summary>
public enum PlateauMode
{
    /// <summary>Smaller is better, for example for a loss (<c>min</c>).</summary>
    Min,

    /// <summary>Larger is better, for example for an accuracy (<c>max</c>).</summary>
    Max,
}
