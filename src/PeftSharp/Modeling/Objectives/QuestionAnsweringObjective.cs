using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// The objective of predicting the first and the last token of the answer (transformers' <c>ForQuestionAnsweringLoss</c>). Positions after
/// the last token of the input are ignored; negative positions are treated as 0.
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class QuestionAnsweringObjective : Objective
{
    /// <summary>The shared instance.</summary>
    public static QuestionAnsweringObjective Instance { get; } = new();

    private QuestionAnsweringObjective() { }

    /// <inheritdoc/>
    public override IReadOnlyList<string> LabelNames { get; } = ["start_positions", "end_positions"];

    // All positions are valid; Loss ignores or changes those outside the input.
    /// <inheritdoc/>
    public override void CheckLabels(ModelInputs inputs, PretrainedConfig config) { }

    /// <inheritdoc/>
    /// <remarks>Each row is one target, even if its positions are ignored.</remarks>
    public override long CountTargets(ModelInputs inputs, PretrainedConfig config) =>
        HasLabels(inputs) ? inputs.StartPositions!.shape[0] : 0;

    /// <inheritdoc/>
    public override Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch) =>
        inputs is { StartPositions: { } starts, EndPositions: { } ends }
            ? Losses.QuestionAnswering(output.StartLogits!, output.EndLogits!, starts, ends, numItemsInBatch)
            : null;

    /// <summary>The scores, float [batch, tokens, 2], become the logits of the first and of the last token.</summary>
    internal override ModelOutput Output(Tensor scores, ModelOutput body, ModelInputs inputs) => new()
    {
        StartLogits = scores.select(-1, 0).contiguous(),
        EndLogits = scores.select(-1, 1).contiguous(),
        HiddenStates = body.HiddenStates,
        Attentions = body.Attentions,
    };

    /// <inheritdoc/>
    /// <remarks>
    /// The positions are shifted with the text. peft does not shift the positions, so in peft they refer to the wrong tokens.
    /// </remarks>
    public override void AdjustLabelsForPrefix(ModelInputs inputs, int tokens, ReadOnlySpan<long> textShape)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var name in LabelNames)
            if (inputs[name] is { } positions) inputs[name] = positions.clamp_min(0) + tokens;
    }
}
