using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>
/// Vectors of 16 float32 values, one for each of four rows of a weight; also used for the four accumulators of an input row.
/// </summary>
/// <remarks>A structure of vectors, not an array: the JIT keeps its fields in registers.</remarks>
internal unsafe struct VectorQuad
{
    internal Vector512<float> A, B, C, D;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private VectorQuad(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        A = a;
        B = b;
        C = c;
        D = d;
    }

    /// <summary>Loads <see cref="VectorPair.Count"/> elements of each row and returns the first vectors of the pairs.</summary>
    /// <param name="w">The elements of the first row.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="second">The second vectors of the pairs.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static VectorQuad Load<T>(T* w, nint stride, out VectorQuad second) where T : unmanaged
    {
        var (a, b, c, d) = (VectorPair.Load(w), VectorPair.Load(w + stride), VectorPair.Load(w + 2 * stride),
            VectorPair.Load(w + 3 * stride));
        second = new(a.Second, b.Second, c.Second, d.Second);
        return new(a.First, b.First, c.First, d.First);
    }

    /// <summary>Adds each vector of <paramref name="w"/> times <paramref name="x"/>, rounding once (fused multiply-add).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddProduct(VectorQuad w, Vector512<float> x)
    {
        A = Vector512.FusedMultiplyAdd(w.A, x, A);
        B = Vector512.FusedMultiplyAdd(w.B, x, B);
        C = Vector512.FusedMultiplyAdd(w.C, x, C);
        D = Vector512.FusedMultiplyAdd(w.D, x, D);
    }
}
