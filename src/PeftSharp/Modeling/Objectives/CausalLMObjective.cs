using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The next token of each position. Labels are the ids themselves; they are shifted here (transformers' <c>ForCausalLMLoss</c>).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class CausalLMObjective : LanguageModelObjective
{
    private readonly bool _countsFirstLabels;

    private CausalLMObjective(bool countsFirstLabels) => _countsFirstLabels = countsFirstLabels;

    /// <summary>Targets are the labels that some position predicts: all but the first of each row.</summary>
    public static CausalLMObjective Instance { get; } = new(countsFirstLabels: false);

    /// <summary>Targets are all labels, the first of each row among them, although no position predicts it.</summary>
    /// <remarks>transformers' trainer counts so for <c>GPT2LMHeadModel</c>: the loss of a training step is the sum over one target less in each row, divided by all.</remarks>
    public static CausalLMObjective CountingFirstLabels { get; } = new(countsFirstLabels: true);

    internal override Tensor Targets(Tensor labels) => Losses.NextTokens(labels);

    /// <inheritdoc/>
    public override long CountTargets(ModelInputs inputs, PretrainedConfig config)
    {
        if (inputs.Labels is not { } labels) return 0;
        var predicted = Losses.CountNextTokens(labels);
        return predicted > 0 && _countsFirstLabels ? Losses.CountClasses(labels) : predicted;
    }

    /// <inheritdoc/>
    public override Tensor? Loss(ModelOutput output, ModelInputs inputs, PretrainedConfig config, double? numItemsInBatch) =>
        inputs.Labels is { } labels ? Losses.CausalLM(output.Logits!, labels, numItemsInBatch) : null;
}
