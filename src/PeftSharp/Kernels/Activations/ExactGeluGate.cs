using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>GELU (Hendrycks and Gimpel 2016, arXiv:1606.08415): x·Φ(x), with Φ the cumulative normal distribution.</summary>
/// <remarks>
/// Φ is computed with equation 7.1.26 of Abramowitz and Stegun 1964; its absolute error is below 1e-7. The slope, Φ(x) + x·φ(x), uses the
/// same exponential.
/// </remarks>
internal readonly struct ExactGeluGate : IGate
{
    private const float RootOfHalf = 0.70710678f, Density = 0.39894228f;                     // √½ and 1/√(2π)

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => x * Cumulative(x, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x, out Vector256<float> slope)
    {
        var cumulative = Cumulative(x, out var exp);
        // For an infinite x, the density is 0, but its product with x would be NaN.
        var bounded = Vector256.MinNative(Vector256.Create(1e18f), Vector256.MaxNative(Vector256.Create(-1e18f), x));
        slope = Vector256.FusedMultiplyAdd(bounded * Density, exp, cumulative);
        return x * cumulative;
    }

    /// <summary>Φ(x), and exp(-x²/2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Cumulative(Vector256<float> x, out Vector256<float> exp)
    {
        exp = Lanes.Exp(x * x * -0.5f);
        var t = Vector256<float>.One / Vector256.FusedMultiplyAdd(
            Vector256.Abs(x), Vector256.Create(0.3275911f * RootOfHalf), Vector256<float>.One);
        var series = Vector256.FusedMultiplyAdd(t, Vector256.Create(0.5f * 1.061405429f), Vector256.Create(0.5f * -1.453152027f));
        series = Vector256.FusedMultiplyAdd(series, t, Vector256.Create(0.5f * 1.421413741f));
        series = Vector256.FusedMultiplyAdd(series, t, Vector256.Create(0.5f * -0.284496736f));
        series = Vector256.FusedMultiplyAdd(series, t, Vector256.Create(0.5f * 0.254829592f));
        var tail = series * t * exp;                                                         // Φ(-|x|)
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256<float>.Zero), tail, Vector256<float>.One - tail);
    }
}
