using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Top-k sampling: keeps the k most likely tokens (Fan et al. 2018, arXiv:1805.04833).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="topK">The number k of tokens that are kept; at least 1.</param>
/// <param name="minTokensToKeep">Minimum number of tokens that are kept. Default 1.</param>
public sealed class TopKLogitsWarper(int topK, int minTokensToKeep = 1) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        using var scope = NewDisposeScope();
        return TokenFilter.Remove(scores, TokenFilter.BelowTop(scores, Math.Max(topK, minTokensToKeep))).MoveToOuterDisposeScope();
    }
}
