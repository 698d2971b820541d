using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// Min-p sampling: keeps tokens whose probability is at least a fraction of the probability of the most likely token (Nguyen et al. 2024,
/// arXiv:2407.01082).
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="minP">The fraction, in [0, 1].</param>
/// <param name="minTokensToKeep">Minimum number of tokens that are kept. Default 1.</param>
public sealed class MinPLogitsWarper(double minP, int minTokensToKeep = 1) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var probabilities = scores.softmax(-1);
        var removed = probabilities.lt(probabilities.amax([-1], keepdim: true) * minP);
        var likeliest = probabilities.topk((int)Math.Min(minTokensToKeep, scores.shape[^1])).indexes;
        removed.scatter_(-1, likeliest, zeros(likeliest.shape, ScalarType.Bool, scores.device));
        return TokenFilter.Remove(scores, removed).MoveToOuterDisposeScope();
    }
}
