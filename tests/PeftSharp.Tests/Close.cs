using static TorchSharp.torch;

namespace PeftSharp.Tests;

/// <summary>
/// Compares numbers that are equal except for rounding. The same infinity on both sides is equal, and NaN is equal to NaN only.
/// </summary>
internal static class Close
{
    /// <param name="expected">The expected values.</param>
    /// <param name="actual">The actual values.</param>
    /// <param name="relativeToLargest">
    /// Largest difference that is accepted, as a fraction of the largest finite magnitude in <paramref name="expected"/>.
    /// </param>
    /// <param name="what">Name for the message.</param>
    /// <param name="leastScale">The smallest scale of the tolerance, for expected values that are only rounding errors.</param>
    internal static void Equal(Tensor expected, Tensor actual, double relativeToLargest, string what = "tensor", double leastScale = 1e-12)
    {
        actual.shape.Should().Equal(expected.shape, "that is the shape of {0}", what);
        Equal(Doubles(expected), Doubles(actual), relativeToLargest, what, leastScale, expected.shape);
    }

    /// <summary>
    /// Compares tensors with a tolerance in units in the last place (ulp) of the largest value, in the type of <paramref name="expected"/>.
    /// </summary>
    internal static void Equal(Tensor expected, Tensor actual, int ulps, string what = "tensor") =>
        Equal(expected, actual, ulps * finfo(expected.dtype).eps, what);

    /// <summary>Compares lists of numbers with a relative tolerance.</summary>
    internal static void Equal(
        IReadOnlyList<double> expected, IReadOnlyList<double> actual, double relativeToLargest, string what = "values",
        double leastScale = 1e-12)
    {
        actual.Should().HaveSameCount(expected, "that is the number of {0}", what);
        Equal([.. expected], [.. actual], relativeToLargest, what, leastScale, [expected.Count]);
    }

    private static void Equal(double[] expected, double[] actual, double relativeToLargest, string what, double leastScale, long[] shape)
    {
        if (expected.Length == 0) return;
        var scale = Math.Max(expected.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max(), leastScale);
        var differences = expected.Zip(actual, (e, a) =>
            e.Equals(a) || e == a ? 0 : double.IsFinite(e) && double.IsFinite(a) ? Math.Abs(e - a) : double.PositiveInfinity).ToArray();
        var worst = differences.Max();
        if (worst <= relativeToLargest * scale) return;
        var at = Array.IndexOf(differences, worst);
        Assert.Fail($"{what}[{string.Join(", ", Index(at, shape))}] is {actual[at]:R} instead of {expected[at]:R}; "
            + $"the difference is {worst / scale:E2} of the largest, allowed are {relativeToLargest:E2}. "
            + $"{differences.Count(d => d > relativeToLargest * scale)} of {differences.Length} differ by more.");
    }

    private static long[] Index(long flat, long[] shape)
    {
        var index = new long[shape.Length];
        for (var i = shape.Length - 1; i >= 0; i--)
            (flat, index[i]) = Math.DivRem(flat, shape[i]);
        return index;
    }

    private static double[] Doubles(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }
}
