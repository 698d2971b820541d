using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// The objective of predicting the masked tokens; the labels of all other tokens are -100 (transformers' <c>ForMaskedLMLoss</c>).
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class MaskedLMObjective : LanguageModelObjective
{
    /// <summary>The shared instance.</summary>
    public static MaskedLMObjective Instance { get; } = new();

    private MaskedLMObjective() { }

    internal override Tensor Targets(Tensor labels) => labels;

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs, PretrainedConfig config) =>
        inputs.Labels is { } labels ? Losses.CountClasses(labels) : 0;

    /// <inheritdoc/>
    public override Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch) =>
        inputs.Labels is { } labels ? Losses.CrossEntropy(output.Logits!, labels, numItemsInBatch) : null;
}
