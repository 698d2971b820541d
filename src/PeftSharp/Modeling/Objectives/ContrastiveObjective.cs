using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// The objective of matching each text with the image of the same row, among all rows of the batch (Radford et al. 2021,
/// arXiv:2103.00020). It has no labels.
/// </summary>
/// <remarks>
/// <para>
/// The loss is the mean of two cross-entropies: of the images for each text, and of the texts for each image. The loss compares the rows
/// of one batch, so a step of several batches does not give the result of a step of one large batch.
/// </para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class ContrastiveObjective : Objective
{
    /// <summary>The shared instance.</summary>
    public static ContrastiveObjective Instance { get; } = new();

    private ContrastiveObjective() { }

    /// <inheritdoc/>
    public override IReadOnlyList<string> LabelNames { get; } = [];

    /// <inheritdoc/>
    public override void CheckLabels(ModelInputs inputs, PretrainedConfig config) { }

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs, PretrainedConfig config)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        return inputs.BatchSize;
    }

    /// <inheritdoc/>
    /// <exception cref="DatasetException">The output has no <c>logits_per_text</c>, or <c>logits_per_text</c> is not square.</exception>
    public override Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var scope = NewDisposeScope();
        var scores = output["logits_per_text"] ?? throw new DatasetException("The contrastive loss needs texts and images, but the batch "
            + "does not contain both. Set input_ids and pixel_values.");
        if (scores.shape[0] != scores.shape[1])
            throw new DatasetException($"The batch has {Quantity.Of(scores.shape[0], "text")} and "
                + $"{Quantity.Of(scores.shape[1], "image")}, but the contrastive loss "
                + "compares the text and the image of each row. Provide one text for each image.");
        var rows = arange(scores.shape[0], ScalarType.Int64, scores.device);
        return ((Losses.CrossEntropy(scores, rows, numItemsInBatch) + Losses.CrossEntropy(scores.t(), rows, numItemsInBatch)) / 2)
            .MoveToOuterDisposeScope();
    }
}
