using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>The stopping criteria of a call: the criteria that its options require, and the custom criteria of the caller.</summary>
internal sealed class CriteriaChain
{
    private readonly List<StoppingCriteria> _criteria = [];

    /// <param name="plan">The call.</param>
    /// <param name="own">The caller's custom criteria.</param>
    /// <param name="tokenizer">The tokenizer for stop strings; null if there are none.</param>
    /// <exception cref="ArgumentException">
    /// Stop strings are set without a tokenizer, or several sequences can end at different lengths and there is no padding token.
    /// </exception>
    internal CriteriaChain(GenerationPlan plan, IEnumerable<StoppingCriteria>? own, Tokenizer? tokenizer)
    {
        _criteria.Add(new MaxLengthCriteria(plan.MaxLength));
        if (plan.Config.MaxTime is { } seconds) _criteria.Add(new MaxTimeCriteria(TimeSpan.FromSeconds(seconds)));
        if (plan.Eos.Count > 0) _criteria.Add(new EosTokenCriteria(plan.Eos));
        if (plan.Config.StopStrings is { Count: > 0 } strings)
            _criteria.Add(new StopStringCriteria(tokenizer ?? throw new ArgumentException("StopStrings is set, which requires a "
                + "tokenizer. Set Tokenizer to the tokenizer of the model."), strings));
        _criteria.AddRange(own ?? []);
        if (plan.Pad is null && plan.Prompts * plan.RowsPerPrompt > 1
            && _criteria.Any(criterion => criterion is not (MaxLengthCriteria or MaxTimeCriteria)))
            throw new ArgumentException($"{plan.Prompts * plan.RowsPerPrompt} sequences can end at different lengths, "
                + "but there is no padding token. Set PadTokenId.");
    }

    /// <inheritdoc cref="StoppingCriteria.IsDone"/>
    /// <exception cref="InvalidOperationException">A criterion does not return one value per row.</exception>
    internal Tensor IsDone(Tensor inputIds)
    {
        using var scope = NewDisposeScope();
        return _criteria.Select(criterion => ScoreCheck.RequireShape(criterion.IsDone(inputIds), [inputIds.shape[0]], criterion))
            .Aggregate((one, other) => one.logical_or(other)).MoveToOuterDisposeScope();
    }
}
