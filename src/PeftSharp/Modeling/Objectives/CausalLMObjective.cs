using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>
/// The objective of predicting the next token at each position. Labels are the token ids, not shifted (transformers'
/// <c>ForCausalLMLoss</c>).
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class CausalLMObjective : LanguageModelObjective
{
    private readonly bool _countsFirstLabels;

    private CausalLMObjective(bool countsFirstLabels) => _countsFirstLabels = countsFirstLabels;

    /// <summary>The default objective. The first label of each row is not a target, because no position predicts it.</summary>
    public static CausalLMObjective Instance { get; } = new(countsFirstLabels: false);

    /// <summary>
    /// An objective that counts all labels as targets, including the first label of each row, which no position predicts.
    /// </summary>
    /// <remarks>
    /// This is how transformers' trainer counts for <c>GPT2LMHeadModel</c>: the summed loss, which has one term fewer per row, is divided
    /// by the number of all labels.
    /// </remarks>
    public static CausalLMObjective CountingAllLabels { get; } = new(countsFirstLabels: true);

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
