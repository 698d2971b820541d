using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>Computes the factors of one layer's combined adapter, with scale 1.</summary>
internal static class LoraCombiner
{
    /// <summary>One source adapter: A [r, inputs], B [outputs, r], its scale and its weight.</summary>
    internal sealed record Source(Tensor A, Tensor B, double Scale, double Weight)
    {
        internal static Source Of(ILoraFactors factors, double weight) => new(factors.A, factors.B, factors.Scale, weight);
    }

    /// <summary>Combines the factors of several adapters.</summary>
    /// <param name="sources">The adapters of this layer.</param>
    /// <param name="how">The combination.</param>
    /// <param name="isTransposed">
    /// Whether the layer's weight is [inputs, outputs]: updates are pruned in the layer's layout, in which peft draws its random masks.
    /// </param>
    /// <returns>A and B; their rank is at most the rank of the combination.</returns>
    internal static (Tensor A, Tensor B) Combine(IReadOnlyList<Source> sources, WeightedCombination how, bool isTransposed)
    {
        if (how.Type == CombinationType.Cat)
            return (
                cat([.. sources.Select(source => source.A * source.Weight * source.Scale)], 0),
                cat([.. sources.Select(source => source.B)], 1));
        if (how.IsOnUpdates)
        {
            Tensor[] updates = [.. sources.Select(source => TransposeIfNeeded(source.B.matmul(source.A)) * source.Scale)];
            var combined = AdapterArithmetic.Combine(updates, [.. sources.Select(source => source.Weight)], how);
            return Decompose(TransposeIfNeeded(combined), how);
        }

        // The factor of B·A is divided between A and B: both are multiplied by the square root of the absolute factor, and A also by the
        // sign of the factor.
        var roots = sources.Select(source => Math.Sqrt(Math.Abs(source.Weight * source.Scale))).ToArray();
        var signed = roots.Select((root, index) => sources[index].Weight * sources[index].Scale >= 0 ? root : -root).ToArray();
        var a = AdapterArithmetic.Combine([.. sources.Select(source => source.A)], signed, how);
        return (a, AdapterArithmetic.Combine([.. sources.Select(source => source.B)], roots, how));

        Tensor TransposeIfNeeded(Tensor update) => isTransposed ? update.t() : update;
    }

    private static (Tensor A, Tensor B) Decompose(Tensor update, WeightedCombination how)
    {
        var (u, s, vh) = linalg.svd(update, fullMatrices: false);
        var rank = Math.Min(how.Rank, s.shape[0]);
        var (a, b) = (vh.narrow(0, 0, rank), u.narrow(1, 0, rank) * s.narrow(0, 0, rank));
        if (how.SvdClamp is not { } quantileShare) return (a, b);
        using var share = tensor((float)quantileShare, device: update.device);
        var limit = quantile(cat([b.flatten(), a.flatten()], 0), share);
        return (a.clamp(-limit, limit), b.clamp(-limit, limit));
    }
}
