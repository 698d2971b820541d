using PeftSharp.Tokenization;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>What ends a text, by a call's options and by the caller's own rules.</summary>
internal sealed class CriteriaChain
{
    private readonly List<StoppingCriteria> _criteria = [];

    /// <param name="plan">The call.</param>
    /// <param name="own">The caller's own rules.</param>
    /// <param name="tokenizer">For strings that end a text; null where there are none.</param>
    /// <exception cref="ArgumentException">There are such strings, but no tokenizer; or rows may end one by one and nothing is known that fills them.</exception>
    internal CriteriaChain(GenerationPlan plan, IEnumerable<StoppingCriteria>? own, Tokenizer? tokenizer)
    {
        _criteria.Add(new MaxLengthCriteria(plan.MaxLength));
        if (plan.Config.MaxTime is { } seconds) _criteria.Add(new MaxTimeCriteria(TimeSpan.FromSeconds(seconds)));
        if (plan.Eos.Count > 0) _criteria.Add(new EosTokenCriteria(plan.Eos));
        if (plan.Config.StopStrings is { Count: > 0 } strings)
            _criteria.Add(new StopStringCriteria(tokenizer ?? throw new ArgumentException("stop_strings are set, so the tokenizer is needed that belongs to the model: pass tokenizer."), strings));
        _criteria.AddRange(own ?? []);
        if (plan.Pad is null && plan.Prompts * plan.RowsPerPrompt > 1 && _criteria.Any(criterion => criterion is not (MaxLengthCriteria or MaxTimeCriteria)))
            throw new ArgumentException($"{plan.Prompts * plan.RowsPerPrompt} texts may end one after another, but no token is known that fills the short ones: set PadTokenId.");
    }

    /// <inheritdoc cref="StoppingCriteria.IsDone"/>
    /// <exception cref="InvalidOperationException">A rule does not answer for each row.</exception>
    internal Tensor IsDone(Tensor inputIds)
    {
        using var scope = NewDisposeScope();
        return _criteria.Select(criterion => ScoreCheck.RequireShape(criterion.IsDone(inputIds), [inputIds.shape[0]], criterion)).Aggregate((one, other) => one.logical_or(other)).MoveToOuterDisposeScope();
    }
}
