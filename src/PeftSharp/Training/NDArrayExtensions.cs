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

    /// <summary>The probabilities of the classes along the last axis: exp(score) divided by the sum over the axis.</summary>
    /// <param name="scores">[..., classes].</param>
    /// <returns>Of the same shape; each row sums to 1.</returns>
    /// <exception cref="ArgumentException">There is no axis of classes.</exception>
    public static NDArray<float> Softmax(this NDArray<float> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Shape.Count < 2) throw new ArgumentException($"Scores of shape [{string.Join(", ", scores.Shape)}] have no axis of classes.", nameof(scores));
        return new(scores.Values.Length == 0 ? [] : scores.Values.Softmax(scores.Shape[^1]), scores.Shape);
    }

    /// <summary>The probability of each score on its own, 1 / (1 + exp(-score)): for several labels an example.</summary>
    /// <param name="scores">Scores (logits) of any shape.</param>
    /// <returns>Of the same shape.</returns>
    public static NDArray<float> Sigmoid(this NDArray<float> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return new(scores.Values.Sigmoid(), scores.Shape);
    }
}
