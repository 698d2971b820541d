using static TorchSharp.torch;

namespace PeftSharp.Tuners.Lora;

/// <summary>Weighted sums of tensors of equal shape, with optional pruning.</summary>
internal static class AdapterArithmetic
{
    /// <summary>Combines several tensors into one.</summary>
    internal static Tensor Combine(IReadOnlyList<Tensor> tensors, IReadOnlyList<double> weights, WeightedCombination how) => how.Type switch
    {
        CombinationType.Svd or CombinationType.Linear => Sum(tensors, weights),
        CombinationType.MagnitudePrune or CombinationType.MagnitudePruneSvd =>
            Sum([.. tensors.Select(tensor => KeepLargest(tensor, how.Density!.Value))], weights),
        CombinationType.DareLinear or CombinationType.DareLinearSvd =>
            Sum([.. tensors.Select(tensor => KeepRandom(tensor, how.Density!.Value))], weights),
        CombinationType.Ties or CombinationType.TiesSvd =>
            SumOfMajority([.. tensors.Select(tensor => KeepLargest(tensor, how.Density!.Value))], weights, how.SignMethod),
        CombinationType.DareTies or CombinationType.DareTiesSvd =>
            SumOfMajority([.. tensors.Select(tensor => KeepRandom(tensor, how.Density!.Value))], weights, how.SignMethod),
        var other => throw new ArgumentOutOfRangeException(nameof(how), other, "The combination type is not supported here."),
    };

    private static Tensor Sum(IReadOnlyList<Tensor> tensors, IReadOnlyList<double> weights) =>
        Weighted(stack(tensors), weights).sum(dim: 0);

    private static Tensor SumOfMajority(IReadOnlyList<Tensor> tensors, IReadOnlyList<double> weights, MajoritySignMethod method)
    {
        var all = stack(tensors);
        var signs = all.sign();
        var majority = (method == MajoritySignMethod.Total ? all : signs).sum(dim: 0).ge(0).to(all.dtype) * 2 - 1;
        var agrees = signs.eq(majority);
        return (Weighted(all, weights) * agrees).sum(dim: 0) / agrees.sum(dim: 0).clamp(min: 1);
    }

    private static Tensor Weighted(Tensor stacked, IReadOnlyList<double> weights)
    {
        var factors = tensor(weights.Select(weight => (float)weight).ToArray(), device: stacked.device);      // float32, as in peft
        return stacked * factors.reshape([weights.Count, .. Enumerable.Repeat(1L, (int)stacked.dim() - 1)]);
    }

    private static Tensor KeepLargest(Tensor tensor, double density)
    {
        if (density >= 1) return tensor;
        var (_, largest) = tensor.abs().flatten().topk((int)(density * tensor.numel()));
        return tensor * zeros_like(tensor).flatten().index_fill(0, largest, 1).reshape(tensor.shape);
    }

    private static Tensor KeepRandom(Tensor tensor, double density) =>
        density >= 1 ? tensor : tensor * bernoulli(full_like(tensor, density)) / density;
}
