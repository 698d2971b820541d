using System.Text.Json.Serialization;

namespace PeftSharp.Optimization;

/// <summary>The curve of the warmup or decay in <see cref="WarmupStableDecaySchedule"/>.</summary>
public enum LearningRateCurve
{
    /// <summary>Linear (<c>linear</c>).</summary>
    Linear,

    /// <summary>A cosine (<c>cosine</c>).</summary>
    Cosine,

    /// <summary>
    /// One minus a square root: the decay is steepest at its start, and the warmup is steepest at its end (<c>1-sqrt</c>).
    /// </summary>
    [JsonStringEnumMemberName("1-sqrt")]
    OneMinusSqrt,
}
