using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Sets the scores of the given tokens to -inf for the first generated token.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="beginSuppressTokens">The token ids.</param>
/// <param name="beginIndex">Number of tokens before the first generated token.</param>
public sealed class SuppressTokensAtBeginLogitsProcessor(IReadOnlyList<int> beginSuppressTokens, int beginIndex) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) =>
        inputIds.shape[1] == beginIndex ? TokenFilter.Forbid(scores, beginSuppressTokens) : scores;
}
