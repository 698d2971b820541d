using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>The activation of a gated feed-forward layer, in float32.</summary>
internal interface IGate
{
    /// <summary>The activation of eight values. Implementations are inlined.</summary>
    static abstract Vector256<float> Value(Vector256<float> x);

    /// <summary>The activation and its slope. Implementations are inlined.</summary>
    static abstract Vector256<float> Value(Vector256<float> x, out Vector256<float> slope);
}
