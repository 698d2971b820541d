using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// The objective of selecting the correct one of several choices; -100 is ignored (transformers' <c>ForMultipleChoice</c> classes).
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class MultipleChoiceObjective : Objective
{
    /// <summary>The shared instance.</summary>
    public static MultipleChoiceObjective Instance { get; } = new();

    private MultipleChoiceObjective() { }

    /// <inheritdoc/>
    public override void CheckLabels(ModelInputs inputs, PretrainedConfig config)
    {
        if (inputs.Labels is { } labels && (inputs.InputIds ?? inputs.InputsEmbeds) is { } choices)
            InputCheck.Labels(labels, choices.shape[1]);
    }

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs, PretrainedConfig config) =>
        inputs.Labels is { } labels ? Losses.CountClasses(labels) : 0;

    /// <inheritdoc/>
    public override Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch) =>
        inputs.Labels is { } labels ? Losses.CrossEntropy(output.Logits!, labels, numItemsInBatch) : null;
}
