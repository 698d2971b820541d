using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Vectors of eight elements, computed in float32 and stored as float32 or bfloat16. A bfloat16 is the upper half of a float32;
/// its type here is <c>ushort</c>.</summary>
/// <remarks>Everything is inlined: a call inside a loop would spill the loop's accumulators to the stack in every iteration. Loops over
/// elements use <see cref="ElementLoop"/>.</remarks>
internal static unsafe class Lanes
{
    internal const int Count = 8;

    /// <summary>The count rounded up to whole vectors.</summary>
    internal static int RoundUp(int count) => checked(count + Count - 1) / Count * Count;

    /// <summary>Whether a tensor's type and device are supported: float32 or bfloat16 on the CPU, not empty, with fewer than 2³¹
    /// elements.</summary>
    internal static bool CanRun(Tensor x) =>
        x.device_type == TorchSharp.DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16
        && x.numel() is > 0 and < int.MaxValue - Count;

    /// <summary>Whether a kernel can treat a tensor as an array: contiguous, of the given type, and vectors are fast on this
    /// processor.</summary>
    internal static bool CanRunContiguous(Tensor x, ScalarType type) =>
        IsFast && x.dtype == type && CanRun(x) && !x.is_sparse && x.is_contiguous();

    /// <summary>Whether this processor has 256-bit vectors and libtorch's thread pool can be used. Without them libtorch's own kernels
    /// are faster.</summary>
    internal static bool IsFast => Vector256.IsHardwareAccelerated && NativeThreads.IsAvailable;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Load<T>(T* at) where T : unmanaged =>
        typeof(T) == typeof(float) ? Vector256.Load((float*)at) : Widen(Vector128.Load((ushort*)at));

    /// <summary>
    /// Loads the first <paramref name="count"/> elements of a vector; the others are 0. A count of eight or more loads the whole vector.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Load<T>(T* at, int count) where T : unmanaged
    {
        if (count >= Count) return Load(at);
        Vector256<float> values = default;
        for (var i = 0; i < count; i++) Unsafe.Add(ref Unsafe.As<Vector256<float>, float>(ref values), i) = ToSingle(at + i);
        return values;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<T>(Vector256<float> values, T* at) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) values.Store((float*)at);
        else Narrow(values).Store((ushort*)at);
    }

    /// <summary>Stores the first <paramref name="count"/> elements of a vector. A count of eight or more stores the whole vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<T>(Vector256<float> values, T* at, int count) where T : unmanaged
    {
        if (count >= Count)
        {
            Store(values, at);
            return;
        }
        for (var i = 0; i < count; i++) at[i] = FromSingle<T>(Unsafe.Add(ref Unsafe.As<Vector256<float>, float>(ref values), i));
    }

    /// <summary>Converts an array from one type to another.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Convert<TFrom, TTo>(TFrom* from, TTo* to, long count) where TFrom : unmanaged where TTo : unmanaged
    {
        var i = 0L;
        for (; i + Count <= count; i += Count) Store(Load(from + i), to + i);
        for (; i < count; i++) to[i] = FromSingle<TTo>(ToSingle(from + i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float ToSingle<T>(T* at) where T : unmanaged =>
        typeof(T) == typeof(float) ? *(float*)at : BitConverter.UInt32BitsToSingle((uint)*(ushort*)at << 16);

    /// <summary>Rounds to the type, to nearest even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T FromSingle<T>(float value) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Unsafe.BitCast<float, T>(value);
        var bits = BitConverter.SingleToUInt32Bits(value);
        return Unsafe.BitCast<ushort, T>((ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16));
    }

    /// <summary>The values as they would be stored: rounded to nearest even if they are bfloat16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Round<T>(Vector256<float> values) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return values;
        var bits = values.AsUInt32();
        return ((bits + Vector256.Create(0x7fffu) + ((bits >>> 16) & Vector256.Create(1u))) & Vector256.Create(0xffff0000u)).AsSingle();
    }

    /// <summary>A mask of the first <paramref name="count"/> elements: all bits set, the others 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> FirstMask(int count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    /// <summary>Expands eight bits of a bit array, from bit <paramref name="first"/> on, into a mask of eight elements. One byte beyond
    /// them must be readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> MaskOf(byte* bits, long first)
    {
        var each = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
        return Vector256.Equals(Vector256.Create(*(ushort*)(bits + (first >> 3)) >> (int)(first & 7)) & each, each).AsSingle();
    }

    /// <summary>Gathers table[indices[i]] for the first <paramref name="count"/> of eight indices; the other elements are
    /// table[0].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Gather(float* table, ushort* indices, int count)
    {
        if (count >= Count && Avx2.IsSupported) return Avx2.GatherVector256(table, Avx2.ConvertToVector256Int32(indices), sizeof(float));
        var values = Vector256.Create(*table);
        for (var i = 0; i < Math.Min(count, Count); i++)
            Unsafe.Add(ref Unsafe.As<Vector256<float>, float>(ref values), i) = table[indices[i]];
        return values;
    }

    /// <summary>exp(x), with a maximum error of 2 ULP (Cephes' expf); 0 below -87.3, saturates above 88.3, propagates NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Exp(Vector256<float> x)
    {
        const float lowest = -87.3f, highest = 88.3f;
        // The order of operands matters: MinNative and MaxNative return the second operand for NaN.
        var bounded = Vector256.MinNative(Vector256.Create(highest), Vector256.MaxNative(Vector256.Create(lowest), x));
        var exponent = Vector256.Round(bounded * 1.44269504f);                                                 // x = exponent · ln 2 + rest
        var rest = Vector256.FusedMultiplyAdd(exponent, Vector256.Create(-0.693359375f), bounded);             // ln 2 in two parts
        rest = Vector256.FusedMultiplyAdd(exponent, Vector256.Create(2.12194440e-4f), rest);
        var series = Vector256.Create(1.9875691500e-4f);
        series = Vector256.FusedMultiplyAdd(series, rest, Vector256.Create(1.3981999507e-3f));
        series = Vector256.FusedMultiplyAdd(series, rest, Vector256.Create(8.3334519073e-3f));
        series = Vector256.FusedMultiplyAdd(series, rest, Vector256.Create(4.1665795894e-2f));
        series = Vector256.FusedMultiplyAdd(series, rest, Vector256.Create(1.6666665459e-1f));
        series = Vector256.FusedMultiplyAdd(series, rest, Vector256.Create(5.0000001201e-1f));
        series = Vector256.FusedMultiplyAdd(series, rest * rest, rest) + Vector256<float>.One;
        var scale = ((Vector256.ConvertToInt32Native(exponent) + Vector256.Create(127)) << 23).AsSingle();
        return Vector256.AndNot(series * scale, Vector256.LessThan(x, Vector256.Create(lowest)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Max(Vector256<float> x)
    {
        var half = Vector128.MaxNative(x.GetLower(), x.GetUpper());
        return Math.Max(Math.Max(half[0], half[1]), Math.Max(half[2], half[3]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(Vector128<ushort> halves) =>
        Avx2.IsSupported
            ? (Avx2.ConvertToVector256Int32(halves) << 16).AsSingle()
            : (Vector256.Create(Vector128.WidenLower(halves), Vector128.WidenUpper(halves)) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Narrow(Vector256<float> values)
    {
        var bits = values.AsUInt32();
        var rounded = (bits + Vector256.Create(0x7fffu) + ((bits >>> 16) & Vector256.Create(1u))) >>> 16;
        return Avx512F.VL.IsSupported
            ? Avx512F.VL.ConvertToVector128UInt16(rounded)
            : Vector128.Narrow(rounded.GetLower(), rounded.GetUpper());
    }
}
