using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// Top-h sampling: keeps the most likely tokens as long as the sum of their terms -p·log p is at most a fraction of the entropy of the
/// distribution (Potraghloo et al. 2025, arXiv:2509.02510). The most likely token is always kept. As in transformers,
/// only the 100 most likely tokens are considered.
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="topH">The fraction, in (0, 1].</param>
public sealed class TopHLogitsWarper(double topH) : LogitsProcessor
{
    private const int Considered = 100;      // maximum number of tokens that are considered, as in transformers

    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var (likeliest, places) = scores.topk((int)Math.Min(Considered, scores.shape[^1]));
        var probabilities = (likeliest - likeliest.logsumexp(-1, keepdim: true)).softmax(-1);
        var entropy = (probabilities * probabilities.log()).neg().cumsum(-1);
        var kept = entropy.le(TokenFilter.Entropy(likeliest) * topH);
        kept.narrow(-1, 0, 1).fill_(true);
        var removed = ones(scores.shape, ScalarType.Bool, scores.device).scatter_(1, places, kept.logical_not());
        return TokenFilter.Remove(scores, removed).MoveToOuterDisposeScope();
    }
}
