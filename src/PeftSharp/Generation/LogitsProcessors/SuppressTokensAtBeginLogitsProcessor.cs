using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Lets some tokens not come first.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="beginSuppressTokens">Their ids.</param>
/// <param name="beginIndex">The number of tokens before the first.</param>
public sealed class SuppressTokensAtBeginLogitsProcessor(IReadOnlyList<int> beginSuppressTokens, int beginIndex) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => inputIds.shape[1] == beginIndex ? TokenFilter.Forbid(scores, beginSuppressTokens) : scores;
}
