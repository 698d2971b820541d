using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Stops a sequence when an end-of-sequence token is generated.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="eosTokenId">The end-of-sequence tokens.</param>
public sealed class EosTokenCriteria(IReadOnlyList<int> eosTokenId) : StoppingCriteria
{
    /// <inheritdoc/>
    public override Tensor IsDone(Tensor inputIds)
    {
        using var scope = NewDisposeScope();
        var last = inputIds.select(1, inputIds.shape[1] - 1);
        return eosTokenId.Select(id => last.eq(id)).Aggregate((one, other) => one.logical_or(other)).MoveToOuterDisposeScope();
    }
}
