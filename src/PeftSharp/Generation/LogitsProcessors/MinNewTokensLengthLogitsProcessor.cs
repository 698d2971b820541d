using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Lets no text end before it has a number of new tokens.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="promptLengthToSkip">Tokens of the prompt.</param>
/// <param name="minNewTokens">The number.</param>
/// <param name="eosTokenId">Ends of text.</param>
public sealed class MinNewTokensLengthLogitsProcessor(int promptLengthToSkip, int minNewTokens, IReadOnlyList<int> eosTokenId) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => inputIds.shape[1] - promptLengthToSkip < minNewTokens ? TokenFilter.Forbid(scores, eosTokenId) : scores;
}
