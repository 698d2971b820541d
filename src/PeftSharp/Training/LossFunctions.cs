using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Training;

/// <summary>Loss functions for the argument <c>computeLoss</c> of <see cref="Trainer"/>.</summary>
public static class LossFunctions
{
    /// <summary>
    /// Returns a function that computes the cross entropy of class ids with a weight for each class: the mean over the labels of a batch,
    /// weighted by the weights of their classes. The label -100 is ignored.
    /// </summary>
    /// <remarks>
    /// <para>Corresponds to <c>cross_entropy</c> in PyTorch. The loss can be used for classes of texts, tokens and images.</para>
    /// <para>
    /// With gradient accumulation, the mean of each batch is weighted by its number of labels, not by the sum of their weights. The result
    /// then equals the result of one large batch only if each batch has the same proportion of the classes.
    /// </para>
    /// </remarks>
    /// <param name="classWeights">
    /// The weight of each class, by class id, such as <see cref="ClassWeights.Balanced"/>. Null: 1 for each class.
    /// </param>
    /// <param name="labelSmoothing">The fraction of each target that is distributed evenly over all classes, 0 to 1. Default 0.</param>
    /// <exception cref="ArgumentException">
    /// There are no weights, or a weight is negative, NaN or infinite. The returned function throws this exception if the model has another
    /// number of classes.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="labelSmoothing"/> is outside 0 to 1.</exception>
    /// <exception cref="InvalidOperationException">
    /// Thrown by the returned function: the model returned no logits, or the batch has no labels.
    /// </exception>
    public static ComputeLoss CrossEntropy(IReadOnlyList<double>? classWeights = null, double labelSmoothing = 0)
    {
        if (classWeights is { Count: 0 })
            throw new ArgumentException("classWeights is empty. Pass one weight per class.", nameof(classWeights));
        foreach (var (index, value) in classWeights?.Index() ?? [])
            if (!double.IsFinite(value) || value < 0)
                throw new ArgumentException($"classWeights[{index}] is {value}; it must be at least 0 and finite.", nameof(classWeights));
        ArgumentOutOfRangeException.ThrowIfLessThan(labelSmoothing, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(labelSmoothing, 1);
        var weights = classWeights?.Select(weight => (float)weight).ToArray();
        return (output, inputs, _) =>
        {
            using var scope = NewDisposeScope();
            var logits = output.Logits ?? throw new InvalidOperationException("The model returned no logits, which the loss needs. "
                + "Use a model with a classification head.");
            var labels = inputs.Labels ?? throw new InvalidOperationException("The batch has no labels, which the loss needs. "
                + "Add a label column, or pass labelColumn to the trainer.");
            if (weights is not null && weights.Length != logits.shape[^1])
                throw new ArgumentException($"classWeights contains {Quantity.Of(weights.Length, "weight")}, but the model has "
                    + $"{Quantity.Of(logits.shape[^1], "class")}. Pass one weight per class.", nameof(classWeights));
            var weight = weights is null ? null : tensor(weights, device: logits.device);
            return nn.functional.cross_entropy(
                logits.reshape(-1, logits.shape[^1]).to(ScalarType.Float32), labels.reshape(-1).to(ScalarType.Int64), weight,
                label_smoothing: labelSmoothing).MoveToOuterDisposeScope();
        };
    }
}
