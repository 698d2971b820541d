using static TorchSharp.torch;

namespace PeftSharp.Tests;

/// <summary>Numbers that should be the same, but for rounding. Where both are the same infinity or both NaN they are equal; anything else with NaN differs.</summary>
internal static class Close
{
    /// <param name="expected">What it should be.</param>
    /// <param name="actual">What it is.</param>
    /// <param name="relativeToLargest">Greatest difference, as a share of the greatest finite magnitude in <paramref name="expected"/>.</param>
    /// <param name="what">Name for the message.</param>
    /// <param name="leastScale">What the difference is measured by where <paramref name="expected"/> is nothing but rounding.</param>
    internal static void Equal(Tensor expected, Tensor actual, double relativeToLargest, string what = "tensor", double leastScale = 1e-12)
    {
        actual.shape.Should().Equal(expected.shape, "that is the shape of {0}", what);
        Equal(Doubles(expected), Doubles(actual), relativeToLargest, what, leastScale, expected.shape);
    }

    /// <summary>The same, the greatest difference being given in units in the last place of the largest, as <paramref name="expected"/> stores it.</summary>
    internal static void Equal(Tensor expected, Tensor actual, int ulps, string what = "tensor") =>
        Equal(expected, actual, ulps * finfo(expected.dtype).eps, what);

    /// <summary>The same for plain numbers.</summary>
    internal static void Equal(IReadOnlyList<double> expected, IReadOnlyList<double> actual, double relativeToLargest, string what = "values", double leastScale = 1e-12)
    {
        actual.Should().HaveSameCount(expected, "that is the number of {0}", what);
        Equal([.. expected], [.. actual], relativeToLargest, what, leastScale, [expected.Count]);
    }

    private static void Equal(double[] expected, double[] actual, double relativeToLargest, string what, double leastScale, long[] shape)
    {
        if (expected.Length == 0) return;
        var scale = Math.Max(expected.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max(), leastScale);
        var differences = expected.Zip(actual, (e, a) => e.Equals(a) || e == a ? 0 : double.IsFinite(e) && double.IsFinite(a) ? Math.Abs(e - a) : double.PositiveInfinity).ToArray();
        var worst = differences.Max();
        if (worst <= relativeToLargest * scale) return;
        var at = Array.IndexOf(differences, worst);
        Assert.Fail($"{what}[{string.Join(", ", Index(at, shape))}] is {actual[at]:R} instead of {expected[at]:R}; "
            + $"the difference is {worst / scale:E2} of the largest, allowed are {relativeToLargest:E2}. {differences.Count(d => d > relativeToLargest * scale)} of {differences.Length} differ by more.");
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
