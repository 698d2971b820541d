using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>32 consecutive elements as two float32 vectors of 16.</summary>
/// <remarks>
/// For float32 elements, the first vector holds the first half and the second vector the second half. For bfloat16 elements (passed as
/// <c>ushort</c>), the first vector holds the elements with even index and the second vector the elements with odd index: a bfloat16 is the
/// upper
/// half of a float32, so one load, a shift and a mask separate them. Keeping their order would take twice the instructions.
/// </remarks>
internal unsafe struct VectorPair
{
    internal const int Half = 16, Count = 2 * Half;

    internal Vector512<float> First, Second;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal VectorPair(Vector512<float> first, Vector512<float> second)
    {
        First = first;
        Second = second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static VectorPair Load<T>(T* from) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return new(Vector512.Load((float*)from), Vector512.Load((float*)from + Half));
        var both = Vector512.Load((uint*)from);
        return new((both << 16).AsSingle(), (both & Vector512.Create(0xffff0000u)).AsSingle());
    }

    /// <summary>Adds <paramref name="values"/> times <paramref name="factor"/>, rounding once (fused multiply-add).</summary>
    /// <remarks>The method changes this accumulator in place, and the caller broadcasts the factor: in this form the JIT emits one
    /// instruction for a broadcast and one for a multiply-add, without register moves.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void AddProduct(VectorPair values, Vector512<float> factor)
    {
        First = Vector512.FusedMultiplyAdd(values.First, factor, First);
        Second = Vector512.FusedMultiplyAdd(values.Second, factor, Second);
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
        else ((Round(First) >>> 16) | (Round(Second) & Vector512.Create(0xffff0000u))).Store((uint*)to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Round(Vector512<float> values)
    {
        var bits = values.AsUInt32();
        return bits + Vector512.Create(0x7fffu) + ((bits >>> 16) & Vector512.Create(1u));
    }
}
