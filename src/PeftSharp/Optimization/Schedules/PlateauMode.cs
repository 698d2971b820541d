namespace PeftSharp.Optimization;

/// <summary>Which way a metric improves.</summary>
public enum PlateauMode
{
    /// <summary>Smaller is better, as a loss (<c>min</c>).</summary>
    Min,

    /// <summary>Larger is better, as an accuracy (<c>max</c>).</summary>
    Max,
}
