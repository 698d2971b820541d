using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Eight numbers at a time, computed in float32 whatever they are stored as: float32, or bfloat16, which is the upper half of one (<c>ushort</c> here).</summary>
/// <remarks>
/// All of it is inlined: a call in a loop would put the loop's sums on the stack in every turn. A loop does full vectors with the count as a constant, which leaves of
/// <see cref="Load{T}(T*, int)"/> the load alone, and what is left over after it.
/// </remarks>
internal static unsafe class Lanes
{
    internal const int Count = 8;

    /// <summary>The count rounded up to whole vectors.</summary>
    internal static int RoundUp(int count) => checked(count + Count - 1) / Count * Count;

    /// <summary>Whether a loop over this tensor's memory can be written here: on the processor, in a type that is known, of a length that a loop counts.</summary>
    internal static bool CanRun(Tensor x) =>
        x.device_type == TorchSharp.DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.numel() is > 0 and < int.MaxValue - Count;

    /// <summary>Whether a fast loop over all its numbers is one over memory: of this type, side by side.</summary>
    internal static bool CanRunContiguous(Tensor x, ScalarType type) => IsFast && x.dtype == type && CanRun(x) && !x.is_sparse && x.is_contiguous();

    /// <summary>Whether such a loop is as wide and on as many threads as libtorch's own.</summary>
    internal static bool IsFast => Vector256.IsHardwareAccelerated && NativeThreads.IsAvailable;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Load<T>(T* at) where T : unmanaged =>
        typeof(T) == typeof(float) ? Vector256.Load((float*)at) : Widen(Vector128.Load((ushort*)at));

    /// <summary>The first <paramref name="count"/> of eight; the rest are 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Load<T>(T* at, int count) where T : unmanaged
    {
        if (count >= Count) return Load(at);
        Vector256<float> numbers = default;
        for (var i = 0; i < count; i++) Unsafe.Add(ref Unsafe.As<Vector256<float>, float>(ref numbers), i) = ToSingle(at + i);
        return numbers;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<T>(Vector256<float> numbers, T* at) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) numbers.Store((float*)at);
        else Narrow(numbers).Store((ushort*)at);
    }

    /// <summary>Stores the first <paramref name="count"/> of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<T>(Vector256<float> numbers, T* at, int count) where T : unmanaged
    {
        if (count >= Count)
        {
            Store(numbers, at);
            return;
        }
        for (var i = 0; i < count; i++) at[i] = FromSingle<T>(Unsafe.Add(ref Unsafe.As<Vector256<float>, float>(ref numbers), i));
    }

    /// <summary>Numbers of one type as another's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal static void Convert<TFrom, TTo>(TFrom* from, TTo* to, long count) where TFrom : unmanaged where TTo : unmanaged
    {
        var i = 0L;
        for (; i + Count <= count; i += Count) Store(Load(from + i), to + i);
        for (; i < count; i++) to[i] = FromSingle<TTo>(ToSingle(from + i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float ToSingle<T>(T* at) where T : unmanaged => typeof(T) == typeof(float) ? *(float*)at : BitConverter.UInt32BitsToSingle((uint)*(ushort*)at << 16);

    /// <summary>The nearest number of the type; of two as near, the even one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static T FromSingle<T>(float number) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Unsafe.BitCast<float, T>(number);
        var bits = BitConverter.SingleToUInt32Bits(number);
        return Unsafe.BitCast<ushort, T>((ushort)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16));
    }

    /// <summary>All bits set in the first <paramref name="count"/> of eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> FirstMask(int count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    /// <summary>All bits set where the bit of eight from <paramref name="first"/> on is; one byte more than these must be readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> MaskOf(byte* bits, long first)
    {
        var each = Vector256.Create(1, 2, 4, 8, 16, 32, 64, 128);
        return Vector256.Equals(Vector256.Create(*(ushort*)(bits + (first >> 3)) >> (int)(first & 7)) & each, each).AsSingle();
    }

    /// <summary>The numbers of a table at the first <paramref name="count"/> of eight places; the rest are the table's first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Gather(float* table, ushort* places, int count)
    {
        if (count >= Count && Avx2.IsSupported) return Avx2.GatherVector256(table, Avx2.ConvertToVector256Int32(places), sizeof(float));
        var found = Vector256.Create(*table);
        for (var i = 0; i < Math.Min(count, Count); i++) Unsafe.Add(ref Unsafe.As<Vector256<float>, float>(ref found), i) = table[places[i]];
        return found;
    }

    /// <summary>e to the x within two units of the last place; 0 below -87, no number where x is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<float> Exp(Vector256<float> x)
    {
        const float lowest = -87.3f, highest = 88.3f;
        var bounded = Vector256.MinNative(Vector256.Create(highest), Vector256.MaxNative(Vector256.Create(lowest), x));     // in this order what is no number stays so
        var power = Vector256.Round(bounded * 1.44269504f);                                                                 // of 2
        var rest = Vector256.FusedMultiplyAdd(power, Vector256.Create(-0.693359375f), bounded);                             // ln 2 in two parts
        rest = Vector256.FusedMultiplyAdd(power, Vector256.Create(2.12194440e-4f), rest);
        var series = Vector256.Create(1.9875691500e-4f);                                                                    // Cephes' expf
        series = Vector256.FusedMultiplyAdd(series, rest, Vector256.Create(1.3981999507e-3f));
        series = Vector256.FusedMultiplyAdd(series, rest, Vector256.Create(8.3334519073e-3f));
        series = Vector256.FusedMultiplyAdd(series, rest, Vector256.Create(4.1665795894e-2f));
        series = Vector256.FusedMultiplyAdd(series, rest, Vector256.Create(1.6666665459e-1f));
        series = Vector256.FusedMultiplyAdd(series, rest, Vector256.Create(5.0000001201e-1f));
        series = Vector256.FusedMultiplyAdd(series, rest * rest, rest) + Vector256<float>.One;
        var scale = ((Vector256.ConvertToInt32Native(power) + Vector256.Create(127)) << 23).AsSingle();
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
        Avx2.IsSupported ? (Avx2.ConvertToVector256Int32(halves) << 16).AsSingle() : (Vector256.Create(Vector128.WidenLower(halves), Vector128.WidenUpper(halves)) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Narrow(Vector256<float> numbers)
    {
        var bits = numbers.AsUInt32();
        var rounded = (bits + Vector256.Create(0x7fffu) + ((bits >>> 16) & Vector256.Create(1u))) >>> 16;
        return Avx512F.VL.IsSupported ? Avx512F.VL.ConvertToVector128UInt16(rounded) : Vector128.Narrow(rounded.GetLower(), rounded.GetUpper());
    }
}
