using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>What the rules that take tokens out of the draw share.</summary>
internal static class TokenFilter
{
    /// <summary>Scores with -inf where <paramref name="removed"/> says so.</summary>
    internal static Tensor Remove(Tensor scores, Tensor removed) => scores.masked_fill(removed, double.NegativeInfinity);

    /// <summary>True where a score is less than the least of the <paramref name="count"/> greatest of its row.</summary>
    internal static Tensor BelowTop(Tensor scores, int count)
    {
        using var scope = NewDisposeScope();
        var kept = (int)Math.Min(count, scores.shape[^1]);
        return scores.lt(scores.topk(kept).values.narrow(-1, kept - 1, 1)).MoveToOuterDisposeScope();
    }

    /// <summary>Scores with -inf for some tokens, in all rows; ids that the vocabulary lacks cannot come anyway.</summary>
    internal static Tensor Forbid(Tensor scores, IReadOnlyList<int> ids)
    {
        using var scope = NewDisposeScope();
        return scores.index_fill(-1, Ids(ids.Where(id => id < scores.shape[^1]), scores.device), double.NegativeInfinity).MoveToOuterDisposeScope();
    }

    /// <summary>Scores of 0 for some tokens and -inf for the rest: one of them comes.</summary>
    internal static Tensor Force(Tensor scores, IReadOnlyList<int> ids)
    {
        using var scope = NewDisposeScope();
        return full_like(scores, double.NegativeInfinity).index_fill_(-1, Ids(ids, scores.device), 0).MoveToOuterDisposeScope();
    }

    /// <summary>Ids as a tensor, int64 [ids].</summary>
    internal static Tensor Ids(IEnumerable<int> ids, Device device) => tensor(ids.Select(id => (long)id).ToArray(), device: device);

    /// <summary>The entropy of each row, float [rows, 1].</summary>
    internal static Tensor Entropy(Tensor scores)
    {
        using var scope = NewDisposeScope();
        var normalized = scores - scores.logsumexp(-1, keepdim: true);
        var bounded = normalized.clamp_min(float.MinValue);          // 0 · -inf is no number
        return (bounded * normalized.softmax(-1)).sum(-1, keepdim: true).neg().MoveToOuterDisposeScope();
    }
}
