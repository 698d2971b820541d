using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Sets the scores of the given tokens to -inf, so that they are never generated.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="suppressTokens">The token ids.</param>
public sealed class SuppressTokensLogitsProcessor(IReadOnlyList<int> suppressTokens) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => TokenFilter.Forbid(scores, suppressTokens);
}
