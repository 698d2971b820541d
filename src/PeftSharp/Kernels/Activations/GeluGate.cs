using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>GELU with the tanh approximation (<see cref="FusedGelu"/>).</summary>
internal readonly struct GeluGate : IGate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => x * FusedGelu.Sigmoid(x, out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x, out Vector256<float> slope)
    {
        slope = FusedGelu.Slope(x);
        return Value(x);
    }
}
