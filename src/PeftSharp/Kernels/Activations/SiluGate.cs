using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>SiLU (swish): x·σ(x).</summary>
internal readonly struct SiluGate : IGate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x) => x / (Vector256<float>.One + Lanes.Exp(-x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Value(Vector256<float> x, out Vector256<float> slope)
    {
        var sigmoid = Vector256<float>.One / (Vector256<float>.One + Lanes.Exp(-x));
        var value = x * sigmoid;
        slope = Vector256.FusedMultiplyAdd(value, Vector256<float>.One - sigmoid, sigmoid);
        return value;
    }
}
