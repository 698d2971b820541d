using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// The objective of classifying a whole input: single-label, multi-label or regression, by the configuration's <c>problem_type</c>
/// (transformers' <c>ForSequenceClassificationLoss</c>).
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class SequenceClassificationObjective : Objective
{
    /// <summary>The shared instance.</summary>
    public static SequenceClassificationObjective Instance { get; } = new();

    private SequenceClassificationObjective() { }

    /// <inheritdoc/>
    public override void CheckLabels(ModelInputs inputs, PretrainedConfig config)
    {
        if (inputs.Labels is { } labels) Losses.CheckSequenceLabels(labels, config);
    }

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs, PretrainedConfig config) =>
        inputs.Labels is { } labels ? Losses.CountSequenceTargets(labels, config) : 0;

    /// <inheritdoc/>
    public override Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch) =>
        inputs.Labels is { } labels ? Losses.SequenceClassification(output.Logits!, labels, config, numItemsInBatch) : null;
}
