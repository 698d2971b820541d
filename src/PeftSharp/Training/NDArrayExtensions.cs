using PeftSharp.Metrics;

namespace PeftSharp.Training;

/// <summary>What metrics ask of predictions.</summary>
public static class NDArrayExtensions
{
    /// <summary>Index of the greatest score along the last axis, as numpy's <c>argmax(-1)</c>; the first of equals.</summary>
    /// <param name="scores">[..., classes].</param>
    /// <returns>One index for each row of scores, in order.</returns>
    /// <exception cref="ArgumentException">There is no axis of classes.</exception>
    public static int[] ArgMax(this NDArray<float> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Shape.Count < 2) throw new ArgumentException($"Scores of shape [{string.Join(", ", scores.Shape)}] have no axis of classes.", nameof(scores));
        return scores.Values.Length == 0 ? [] : scores.Values.ArgMax(scores.Shape[^1]);
    }
}
