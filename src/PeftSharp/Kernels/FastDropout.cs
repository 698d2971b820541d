using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Kernels;

/// <summary>Dropout: the same numbers as libtorch's, from a mask that is drawn faster (<see cref="BernoulliMask"/>).</summary>
internal static class FastDropout
{
    /// <param name="x">Float, any shape.</param>
    /// <param name="probability">Of an element to become 0; 0 to 1.</param>
    /// <returns>As <paramref name="x"/>, what is kept scaled by 1/(1 - probability).</returns>
    internal static Tensor Apply(Tensor x, double probability)
    {
        if (probability is <= 0 or >= 1 || !BernoulliMask.Takes(x)) return functional.dropout(x, probability, training: true);
        using var mask = BernoulliMask.DrawLike(x, 1 - probability);
        return x * mask;
    }

    /// <summary>Dropout of each row's first token out of several, with the numbers that it has among them.</summary>
    /// <param name="x">Float [batch, 1, width]; <see cref="BernoulliMask"/> takes it.</param>
    /// <param name="tokens">How many tokens are drawn for.</param>
    /// <param name="probability">Of an element to become 0; above 0, below 1.</param>
    internal static Tensor ApplyToFirst(Tensor x, long tokens, double probability)
    {
        using var scope = NewDisposeScope();
        var mask = BernoulliMask.DrawLike(empty([x.shape[0], tokens, x.shape[2]], x.dtype), 1 - probability);
        return (x * mask.narrow(1, 0, 1).contiguous()).MoveToOuterDisposeScope();
    }
}
