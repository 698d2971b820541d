using PeftSharp.Metrics;

namespace PeftSharp.Training;

/// <summary>
/// Converts the logits of predictions to class ids (<see cref="ArgMax"/>) or to probabilities (<see cref="Softmax"/>,
/// <see cref="Sigmoid"/>), for example for metrics.
/// </summary>
public static class NDArrayExtensions
{
    /// <summary>
    /// Returns the index of the maximum along the last axis, as NumPy's <c>argmax(-1)</c>: the first index if several elements are equal to
    /// the maximum.
    /// </summary>
    /// <param name="scores">Logits, [..., classes].</param>
    /// <returns>One index per row of the last axis, in row-major order.</returns>
    /// <exception cref="ArgumentException">The array has fewer than two axes.</exception>
    public static int[] ArgMax(this NDArray<float> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Shape.Count < 2)
            throw new ArgumentException($"The scores have shape [{string.Join(", ", scores.Shape)}], but a class axis is required: "
                + "[examples, classes].", nameof(scores));
        return scores.Values.Length == 0 ? [] : scores.Values.ArgMax(scores.Shape[^1]);
    }

    /// <summary>Returns the class probabilities along the last axis (softmax).</summary>
    /// <param name="scores">Logits, [..., classes].</param>
    /// <returns>An array of the same shape; each row of the last axis sums to 1.</returns>
    /// <exception cref="ArgumentException">The array has fewer than two axes.</exception>
    public static NDArray<float> Softmax(this NDArray<float> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Shape.Count < 2)
            throw new ArgumentException($"The scores have shape [{string.Join(", ", scores.Shape)}], but a class axis is required: "
                + "[examples, classes].", nameof(scores));
        return new(scores.Values.Length == 0 ? [] : scores.Values.Softmax(scores.Shape[^1]), scores.Shape);
    }

    /// <summary>Returns the elementwise sigmoid, 1 / (1 + exp(-score)): the label probabilities of a multi-label classifier.</summary>
    /// <param name="scores">Logits of any shape.</param>
    /// <returns>An array of the same shape.</returns>
    public static NDArray<float> Sigmoid(this NDArray<float> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        return new(scores.Values.Sigmoid(), scores.Shape);
    }
}
