using TorchSharp;
using static TorchSharp.torch;

namespace PeftSharp.Tests.Parity;

/// <summary>Comparison of a tensor with a recorded one, relative to the largest recorded magnitude.</summary>
internal static class Near
{
    /// <param name="expected">The recorded values.</param>
    /// <param name="actual">Ours.</param>
    /// <param name="tolerance">Greatest difference, as a share of the largest recorded magnitude.</param>
    /// <param name="what">Named in the message.</param>
    internal static void Equal(Tensor expected, Tensor actual, double tolerance, string what)
    {
        using var scope = NewDisposeScope();
        using var free = no_grad();
        Assert.True(expected.shape.SequenceEqual(actual.shape), $"{what}: [{string.Join(", ", actual.shape)}] instead of [{string.Join(", ", expected.shape)}]");
        var (recorded, ours) = (expected.cpu().to(ScalarType.Float64), actual.detach().cpu().to(ScalarType.Float64));
        var largest = recorded.abs().max().item<double>();
        var difference = (recorded - ours).abs().max().item<double>();
        Assert.True(difference <= tolerance * Math.Max(largest, 1e-6), FormattableString.Invariant($"{what}: differs by {difference:g4}, the largest recorded magnitude is {largest:g4}"));
    }
}
