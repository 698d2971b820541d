using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>What ends a text, by a call's options and by the caller's own rules.</summary>
internal sealed class CriteriaChain
{
    private readonly List<StoppingCriteria> _criteria = [];

    internal CriteriaChain(GenerationPlan plan, IEnumerable<StoppingCriteria>? own)
    {
        _criteria.Add(new MaxLengthCriteria(plan.MaxLength));
        if (plan.Config.MaxTime is { } seconds) _criteria.Add(new MaxTimeCriteria(TimeSpan.FromSeconds(seconds)));
        if (plan.Eos.Count > 0) _criteria.Add(new EosTokenCriteria(plan.Eos));
        _criteria.AddRange(own ?? []);
    }

    /// <inheritdoc cref="StoppingCriteria.IsDone"/>
    internal Tensor IsDone(Tensor inputIds)
    {
        using var scope = NewDisposeScope();
        return _criteria.Select(criterion => criterion.IsDone(inputIds)).Aggregate((one, other) => one.logical_or(other)).MoveToOuterDisposeScope();
    }
}
