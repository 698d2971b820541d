using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// Increases the scores of the end-of-sequence tokens exponentially with the number of tokens that were generated after a start index.
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="decay">Start index and decay factor.</param>
/// <param name="eosTokenId">The end-of-sequence tokens.</param>
/// <param name="inputIdsSeqLength">Number of tokens of the prompt.</param>
public sealed class ExponentialDecayLengthPenalty(LengthDecay decay, IReadOnlyList<int> eosTokenId, int inputIdsSeqLength) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        var tokens = inputIds.shape[1] - (decay.StartIndex + inputIdsSeqLength);
        if (tokens <= 0) return scores;
        using var scope = NewDisposeScope();
        var ends = TokenFilter.Ids(eosTokenId, scores.device);
        var found = scores.index_select(1, ends);
        var added = (found.abs() * (Math.Pow(decay.DecayFactor, tokens) - 1)).masked_fill(found.isfinite().logical_not(), 0);
        return scores.index_add(1, ends, added, 1).MoveToOuterDisposeScope();
    }
}
