using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Sets the scores of the end-of-sequence tokens to -inf until a minimum number of tokens has been generated.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="promptLengthToSkip">Number of tokens of the prompt.</param>
/// <param name="minNewTokens">Minimum number of generated tokens.</param>
/// <param name="eosTokenId">The end-of-sequence tokens.</param>
public sealed class MinNewTokensLengthLogitsProcessor(int promptLengthToSkip, int minNewTokens, IReadOnlyList<int> eosTokenId)
    : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) =>
        inputIds.shape[1] - promptLengthToSkip < minNewTokens ? TokenFilter.Forbid(scores, eosTokenId) : scores;
}
