using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// Eta sampling: removes tokens whose probability is below a threshold that decreases with the entropy (Hewitt et al. 2022,
/// arXiv:2210.15191).
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="epsilon">The maximum threshold, in (0, 1).</param>
/// <param name="minTokensToKeep">Minimum number of tokens that are kept. Default 1.</param>
public sealed class EtaLogitsWarper(double epsilon, int minTokensToKeep = 1) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var eta = (TokenFilter.Entropy(scores).neg().exp() * Math.Sqrt(epsilon)).clamp_max(epsilon);
        return TokenFilter.Remove(scores, scores.softmax(-1).lt(eta).logical_and(TokenFilter.BelowTop(scores, minTokensToKeep)))
            .MoveToOuterDisposeScope();
    }
}
