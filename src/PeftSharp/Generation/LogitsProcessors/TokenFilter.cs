using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Helpers of processors that exclude tokens.</summary>
internal static class TokenFilter
{
    /// <summary>Sets scores to -inf where <paramref name="removed"/> is true.</summary>
    internal static Tensor Remove(Tensor scores, Tensor removed) => scores.masked_fill(removed, double.NegativeInfinity);

    /// <summary>Returns true for scores that are less than the <paramref name="count"/>-th largest score of their row.</summary>
    internal static Tensor BelowTop(Tensor scores, int count)
    {
        using var scope = NewDisposeScope();
        var kept = (int)Math.Min(count, scores.shape[^1]);
        return scores.lt(scores.topk(kept).values.narrow(-1, kept - 1, 1)).MoveToOuterDisposeScope();
    }

    /// <summary>Sets the scores of the given tokens to -inf in all rows; ids outside the vocabulary are ignored.</summary>
    internal static Tensor Forbid(Tensor scores, IReadOnlyList<int> ids)
    {
        using var scope = NewDisposeScope();
        return scores.index_fill(-1, Ids(ids.Where(id => id < scores.shape[^1]), scores.device), double.NegativeInfinity)
            .MoveToOuterDisposeScope();
    }

    /// <summary>Sets the scores of the given tokens to 0 and all others to -inf, so that one of the given tokens is chosen.</summary>
    internal static Tensor Force(Tensor scores, IReadOnlyList<int> ids)
    {
        using var scope = NewDisposeScope();
        return full_like(scores, double.NegativeInfinity).index_fill_(-1, Ids(ids, scores.device), 0).MoveToOuterDisposeScope();
    }

    /// <summary>Creates a tensor of ids, int64 [ids].</summary>
    internal static Tensor Ids(IEnumerable<int> ids, Device device) => tensor(ids.Select(id => (long)id).ToArray(), device: device);

    /// <summary>Returns the entropy of each row, float [rows, 1].</summary>
    internal static Tensor Entropy(Tensor scores)
    {
        using var scope = NewDisposeScope();
        var normalized = scores - scores.logsumexp(-1, keepdim: true);
        var bounded = normalized.clamp_min(float.MinValue);          // 0 · -inf is NaN
        return (bounded * normalized.softmax(-1)).sum(-1, keepdim: true).neg().MoveToOuterDisposeScope();
    }
}
