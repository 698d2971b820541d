using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Lets some tokens not come.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="suppressTokens">Their ids.</param>
public sealed class SuppressTokensLogitsProcessor(IReadOnlyList<int> suppressTokens) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => TokenFilter.Forbid(scores, suppressTokens);
}
