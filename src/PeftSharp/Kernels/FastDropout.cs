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
}
