namespace PeftSharp.Optimization;

/// <summary>How much better a metric must be to count as better.</summary>
public enum PlateauThresholdMode
{
    /// <summary>By a share of the best (<c>rel</c>).</summary>
    Rel,

    /// <summary>By an amount (<c>abs</c>).</summary>
    Abs,
}
