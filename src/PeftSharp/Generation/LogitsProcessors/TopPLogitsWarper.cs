using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// Nucleus sampling: keeps the smallest set of most likely tokens whose total probability reaches a threshold (Holtzman et al. 2019,
/// arXiv:1904.09751).
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="topP">The threshold, in (0, 1].</param>
/// <param name="minTokensToKeep">Minimum number of tokens that are kept. Default 1.</param>
public sealed class TopPLogitsWarper(double topP, int minTokensToKeep = 1) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var (sorted, order) = sort(scores, -1, descending: false);
        var removed = sorted.softmax(-1).cumsum(-1).le(1 - topP);
        var kept = Math.Min(minTokensToKeep, scores.shape[^1]);
        removed.narrow(-1, scores.shape[^1] - kept, kept).fill_(false);
        return TokenFilter.Remove(scores, removed.scatter(1, order, removed)).MoveToOuterDisposeScope();
    }
}
