using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The objective of classifying each token; the label -100 is ignored (transformers' <c>ForTokenClassification</c>).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class TokenClassificationObjective : Objective
{
    /// <summary>The shared instance.</summary>
    public static TokenClassificationObjective Instance { get; } = new();

    private TokenClassificationObjective() { }

    /// <inheritdoc/>
    public override void CheckLabels(ModelInputs inputs, PretrainedConfig config)
    {
        if (inputs.Labels is { } labels) InputCheck.Labels(labels, config.NumLabels);
    }

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs, PretrainedConfig config) =>
        inputs.Labels is { } labels ? Losses.CountClasses(labels) : 0;

    /// <inheritdoc/>
    public override Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch) =>
        inputs.Labels is { } labels ? Losses.CrossEntropy(output.Logits!, labels, numItemsInBatch) : null;
}
