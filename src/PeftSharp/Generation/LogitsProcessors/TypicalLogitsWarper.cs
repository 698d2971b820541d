using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// Locally typical sampling: keeps the tokens whose information content is closest to the expected information content (Meister et al.
/// 2022, arXiv:2202.00666).
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="mass">The minimum total probability of the kept tokens, in (0, 1).</param>
/// <param name="minTokensToKeep">Minimum number of tokens that are kept. Default 1.</param>
public sealed class TypicalLogitsWarper(double mass, int minTokensToKeep = 1) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var normalized = scores.log_softmax(-1);
        var entropy = (normalized * normalized.exp()).nan_to_num(0).sum(-1, keepdim: true).neg();
        var (sorted, order) = sort((normalized.neg() - entropy).abs(), -1, descending: false);
        var cumulative = scores.gather(-1, order).softmax(-1).cumsum(-1);
        var last = cumulative.lt(mass).sum(1, keepdim: true).clamp_max(scores.shape[^1] - 1);
        var removed = sorted.gt(sorted.gather(1, last));
        removed.narrow(-1, 0, Math.Min(minTokensToKeep, scores.shape[^1])).fill_(false);
        return TokenFilter.Remove(scores, removed.scatter(1, order, removed)).MoveToOuterDisposeScope();
    }
}
