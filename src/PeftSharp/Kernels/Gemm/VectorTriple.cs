using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>
/// Vectors of 16 float32 values, one for each of three rows of a weight; also used for the three accumulators of an input row.
/// </summary>
/// <remarks>A structure of vectors, not an array: the JIT keeps its fields in registers.</remarks>
internal unsafe struct VectorTriple
{
    internal Vector512<float> A, B, C;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private VectorTriple(Vector512<float> a, Vector512<float> b, Vector512<float> c)
    {
        A = a;
        B = b;
        C = c;
    }

    /// <summary>Loads <see cref="VectorPair.Count"/> elements of each row and returns the first vectors of the pairs.</summary>
    /// <param name="w">The elements of the first row.</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="second">The second vectors of the pairs.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static VectorTriple Load<T>(T* w, nint stride, out VectorTriple second) where T : unmanaged
    {
        var (a, b, c) = (VectorPair.Load(w), VectorPair.Load(w + stride), VectorPair.Load(w + 2 * stride));
        second = new(a.Second, b.Second, c.Second);
        return new(a.First, b.First, c.First);
    }

    /// <summary>Adds each vector of <paramref name="w"/> times <paramref name="x"/>, rounding once (fused multiply-add).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddProduct(VectorTriple w, Vector512<float> x)
    {
        A = Vector512.FusedMultiplyAdd(w.A, x, A);
        B = Vector512.FusedMultiplyAdd(w.B, x, B);
        C = Vector512.FusedMultiplyAdd(w.C, x, C);
    }
}
