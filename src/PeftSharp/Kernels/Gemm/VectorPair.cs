using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>Thirty-two numbers that lie side by side, as two vectors of float32: of float32 the first sixteen and the last, of bfloat16 the even ones and the odd.</summary>
/// <remarks>A bfloat16 is the upper half of a float32, so even and odd ones come out of one load by a shift and a mask, and go back by the same; in their order they would take twice the work.</remarks>
internal static unsafe class VectorPair
{
    internal const int Count = 32, Half = Count / 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static (Vector512<float> First, Vector512<float> Second) Load<T>(T* at) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return (Vector512.Load((float*)at), Vector512.Load((float*)at + Half));
        var both = Vector512.Load((uint*)at);
        return ((both << 16).AsSingle(), (both & Vector512.Create(0xffff0000u)).AsSingle());
    }

    /// <summary>Rounds to the nearest; of two as near, to the even one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<T>(Vector512<float> first, Vector512<float> second, T* at) where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            first.Store((float*)at);
            second.Store((float*)at + Half);
        }
        else ((Rounded(first) >>> 16) | (Rounded(second) & Vector512.Create(0xffff0000u))).Store((uint*)at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Rounded(Vector512<float> numbers)
    {
        var bits = numbers.AsUInt32();
        return bits + Vector512.Create(0x7fffu) + ((bits >>> 16) & Vector512.Create(1u));
    }
}
