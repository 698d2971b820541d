using static TorchSharp.torch;

namespace PeftSharp.Modeling;

/// <summary>The normal distribution with mean 0 without the values beyond a cutoff.</summary>
internal static class TruncatedNormal
{
    /// <summary>
    /// Fills a weight. Values beyond the cutoff are drawn again, all at once as in PyTorch's <c>trunc_normal_</c>.
    /// </summary>
    /// <param name="weight">Float, of any shape.</param>
    /// <param name="deviation">Standard deviation.</param>
    /// <param name="cutoff">The largest absolute value, in standard deviations.</param>
    internal static void Fill(Tensor weight, double deviation, double cutoff)
    {
        using var free = no_grad();
        var bound = (float)(cutoff * deviation);
        weight.normal_(0, deviation);
        while (true)
        {
            using var scope = NewDisposeScope();   // frees the temporaries of each iteration, because the embeddings are large
            var isFar = weight.abs().gt(bound);
            if (!isFar.any().item<bool>()) break;
            weight.copy_(where(isFar, empty_like(weight).normal_(0, deviation), weight));
        }
    }
}
