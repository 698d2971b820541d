using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The first and last token of the answer; positions outside the input are not counted (transformers' <c>ForQuestionAnsweringLoss</c>).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class QuestionAnsweringObjective : Objective
{
    /// <summary>The only instance.</summary>
    public static QuestionAnsweringObjective Instance { get; } = new();

    private QuestionAnsweringObjective() { }

    /// <inheritdoc/>
    public override IReadOnlyList<string> LabelNames { get; } = ["start_positions", "end_positions"];

    /// <inheritdoc/>
    public override void CheckLabels(ModelInputs inputs, PretrainedConfig config) { }      // any position is valid: one outside the input is ignored

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs, PretrainedConfig config) => HasLabels(inputs) ? inputs.StartPositions!.shape[0] : 0;

    /// <inheritdoc/>
    public override Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch) =>
        inputs is { StartPositions: { } starts, EndPositions: { } ends } ? Losses.QuestionAnswering(output.StartLogits!, output.EndLogits!, starts, ends, numItemsInBatch) : null;

    /// <inheritdoc/>
    /// <remarks>Positions move with the text. peft leaves them, so that its labels point to other tokens.</remarks>
    public override void AddTokensBefore(ModelInputs inputs, int tokens, ReadOnlySpan<long> textShape)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var name in LabelNames)
            if (inputs[name] is { } positions) inputs[name] = positions.clamp_min(0) + tokens;
    }
}
