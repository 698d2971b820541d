namespace PeftSharp.Optimization;

/// <summary>The curve of a rise or descent in <see cref="WarmupStableDecaySchedule"/>.</summary>
public enum StageShape
{
    /// <summary>A straight line (<c>linear</c>).</summary>
    Linear,

    /// <summary>A cosine wave (<c>cosine</c>).</summary>
    Cosine,

    /// <summary>One minus a square root: a rise ends steeply, a descent begins steeply (<c>1-sqrt</c>).</summary>
    OneMinusSqrt,
}
