using PeftSharp.Internal;
using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// The objective of selecting the correct one of several choices; the label -100 is ignored (transformers' <c>ForMultipleChoice</c>
/// classes).
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
            InputCheck.Labels(labels, choices.shape[1], remedy: $"Each row has {Quantity.Of(choices.shape[1], "choice")}, numbered from 0, "
                + $"and {InputCheck.Ignored} is ignored: correct the column");
    }

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs, PretrainedConfig config) =>
        inputs.Labels is { } labels ? Losses.CountClasses(labels) : 0;

    /// <inheritdoc/>
    public override Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch) =>
        inputs.Labels is { } labels ? Losses.CrossEntropy(output.Logits!, labels, numItemsInBatch) : null;

    /// <summary>One row for each choice: tensors of shape [batch, choices, tokens] become [batch · choices, tokens].</summary>
    internal override ModelInputs BodyInputs(ModelInputs inputs)
    {
        var rows = inputs.ShallowCopy();
        foreach (var (name, tensor) in inputs.Tensors) rows[name] = LabelNames.Contains(name) ? null : tensor.flatten(0, 1);
        return rows;
    }

    /// <summary>The scores of the rows become logits of shape [batch, choices].</summary>
    internal override ModelOutput Output(Tensor scores, ModelOutput body, ModelInputs inputs) =>
        base.Output(scores.reshape(-1, (inputs.InputIds ?? inputs.InputsEmbeds)!.shape[1]), body, inputs);
}
