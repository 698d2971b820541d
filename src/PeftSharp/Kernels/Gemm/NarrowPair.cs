using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>16 consecutive elements as two float32 vectors of eight: <see cref="VectorPair"/> for processors without 512-bit
/// vectors.</summary>
/// <remarks>For bfloat16 elements, the first vector holds the elements with even index, and the second vector holds the elements with odd
/// index.</remarks>
internal unsafe struct NarrowPair
{
    internal const int Half = 8, Count = 2 * Half;

    internal Vector256<float> First, Second;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal NarrowPair(Vector256<float> first, Vector256<float> second)
    {
        First = first;
        Second = second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static NarrowPair Load<T>(T* from) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return new(Vector256.Load((float*)from), Vector256.Load((float*)from + Half));
        var both = Vector256.Load((uint*)from);
        return new((both << 16).AsSingle(), (both & Vector256.Create(0xffff0000u)).AsSingle());
    }

    /// <summary>Adds <paramref name="values"/> times <paramref name="factor"/>, rounding once (fused multiply-add).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddProduct(NarrowPair values, Vector256<float> factor)
    {
        First = Vector256.FusedMultiplyAdd(values.First, factor, First);
        Second = Vector256.FusedMultiplyAdd(values.Second, factor, Second);
    }

    /// <summary>Stores the elements, rounded to nearest even if they are bfloat16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Store<T>(T* to) where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            First.Store((float*)to);
            Second.Store((float*)to + Half);
        }
        else ((Lanes.Round<T>(First).AsUInt32() >>> 16) | Lanes.Round<T>(Second).AsUInt32()).Store((uint*)to);
    }
}
