using static TorchSharp.torch;

namespace PeftSharp.Tests;

/// <summary>Tensors that should be the same numbers, but for rounding.</summary>
internal static class Close
{
    /// <param name="expected">What it should be.</param>
    /// <param name="actual">What it is.</param>
    /// <param name="relativeToLargest">Greatest difference, as a share of the greatest magnitude in <paramref name="expected"/>.</param>
    /// <param name="what">Name for the message.</param>
    /// <param name="leastScale">What the difference is measured by where <paramref name="expected"/> is nothing but rounding.</param>
    internal static void Equal(Tensor expected, Tensor actual, double relativeToLargest, string what = "tensor", double leastScale = 1e-12)
    {
        using var scope = NewDisposeScope();
        Assert.True(expected.shape.SequenceEqual(actual.shape), $"{what}: shape [{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}].");
        if (expected.numel() == 0) return;
        var (wanted, found) = (expected.to(ScalarType.Float64).cpu(), actual.detach().to(ScalarType.Float64).cpu());
        var difference = (wanted - found).abs();
        var scale = Math.Max(wanted.abs().max().item<double>(), leastScale);
        var worst = difference.max().item<double>();
        if (worst <= relativeToLargest * scale) return;
        var index = difference.flatten().argmax().item<long>();
        Assert.Fail($"{what}: element {index} is {found.flatten()[index].item<double>():R} instead of {wanted.flatten()[index].item<double>():R}; the difference is {worst / scale:E2} of the largest, allowed are {relativeToLargest:E2}.");
    }
}
