using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Epsilon sampling: removes tokens whose probability is below a threshold (Hewitt et al. 2022, arXiv:2210.15191).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="epsilon">The threshold, in (0, 1).</param>
/// <param name="minTokensToKeep">Minimum number of tokens that are kept. Default 1.</param>
public sealed class EpsilonLogitsWarper(double epsilon, int minTokensToKeep = 1) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        using var scope = NewDisposeScope();
        return TokenFilter.Remove(scores, scores.softmax(-1).lt(epsilon).logical_and(TokenFilter.BelowTop(scores, minTokensToKeep)))
            .MoveToOuterDisposeScope();
    }
}
