using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Dropout masks with PyTorch's own numbers, about ten times as fast as libtorch's <c>bernoulli_</c>, which draws one element at a time.</summary>
/// <remarks>libtorch keeps an element where the lower 53 bits of two words of the stream, the first the upper half, are below p·2⁵³. Memory order is the order of draws.</remarks>
internal static class BernoulliMask
{
    private const int Lanes = 8, MostBytes = int.MaxValue;

    /// <summary>Whether a mask for this tensor can be made here: on the processor, in float32 or bfloat16.</summary>
    internal static bool Takes(Tensor x) =>
        FastPaths.Dropout && x.device_type == TorchSharp.DeviceType.CPU && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.numel() * x.ElementSize is > 0 and < MostBytes;

    /// <summary>1/keep with probability <paramref name="keep"/>, else 0: what <c>empty_like(x).bernoulli_(keep).div_(keep)</c> gives; libtorch's generator moves on.</summary>
    /// <param name="x">Its shape, order in memory and type.</param>
    /// <param name="keep">Above 0, below 1.</param>
    internal static Tensor DrawLike(Tensor x, double keep)
    {
        using var state = random.get_rng_state();
        var mask = DrawLike(x, keep, state);
        random.set_rng_state(state);
        return mask;
    }

    /// <summary>The same from a state, which moves on; libtorch's generator does not.</summary>
    internal static Tensor DrawLike(Tensor x, double keep, Tensor state)
    {
        var mask = empty_like(x);
        var twister = new MersenneTwister(state.bytes);
        using var flat = mask.is_contiguous() ? mask.view(-1) : mask.as_strided([mask.numel()], [1]);
        var threshold = (ulong)Math.Ceiling(Math.ScaleB(keep, 53));
        if (x.dtype == ScalarType.Float32) Fill(twister, MemoryMarshal.Cast<byte, uint>(flat.bytes), threshold, BitConverter.SingleToUInt32Bits((float)(1 / (float)keep)));
        else Fill(twister, MemoryMarshal.Cast<byte, ushort>(flat.bytes), threshold, Reciprocal(keep));
        twister.WriteTo(state.bytes);
        return mask;
    }

    /// <summary>1/keep as libtorch's bfloat16 division gives it.</summary>
    private static ushort Reciprocal(double keep)
    {
        using var one = ones(1, ScalarType.BFloat16);
        using var divided = one.div(keep);
        return MemoryMarshal.Cast<byte, ushort>(divided.bytes)[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill<T>(MersenneTwister twister, Span<T> mask, ulong threshold, T kept) where T : unmanaged
    {
        for (var done = 0; done < mask.Length;)
        {
            var words = twister.Peek();
            var count = Math.Min(words.Length / 2, mask.Length - done);
            var vectors = count - count % Lanes;
            for (var i = 0; i < vectors; i += Lanes) Store(Kept(ref MemoryMarshal.GetReference(words), i, threshold), kept, ref mask[done + i]);
            for (var i = vectors; i < count; i++) mask[done + i] = IsKept(words[2 * i], words[2 * i + 1], threshold) ? kept : default;
            twister.Skip(2 * count);
            done += count;
            if (done == mask.Length) return;
            if (count < words.Length - count) mask[done++] = AcrossBlocks(twister, threshold) ? kept : default;
        }
    }

    /// <summary>Eight elements: <paramref name="kept"/> where the bits are set, 0 where not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(Vector256<uint> bits, T kept, ref T to) where T : unmanaged
    {
        if (typeof(T) == typeof(uint)) (bits & Vector256.Create(Unsafe.As<T, uint>(ref kept))).StoreUnsafe(ref Unsafe.As<T, uint>(ref to));
        else (Vector128.Narrow(bits.GetLower(), bits.GetUpper()) & Vector128.Create(Unsafe.As<T, ushort>(ref kept))).StoreUnsafe(ref Unsafe.As<T, ushort>(ref to));
    }

    /// <summary>All bits where an element is kept, none where not, for eight elements from the <paramref name="first"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Kept(ref uint words, int first, ulong threshold) =>
        Vector256.Narrow(Kept(Vector256.LoadUnsafe(ref words, (nuint)(2 * first)), threshold), Kept(Vector256.LoadUnsafe(ref words, (nuint)(2 * first + Lanes)), threshold));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Kept(Vector256<uint> words, ulong threshold)
    {
        var pairs = words.AsUInt64();                                                     // little-endian: the first word is the lower half
        var numbers = ((pairs << 32) | (pairs >>> 32)) & Vector256.Create((1UL << 53) - 1);
        return Vector256.LessThan(numbers.AsInt64(), Vector256.Create((long)threshold)).AsUInt64();
    }

    private static bool IsKept(uint first, uint second, ulong threshold) => (((ulong)first << 32 | second) & ((1UL << 53) - 1)) < threshold;

    /// <summary>An element whose two words lie in two blocks.</summary>
    private static bool AcrossBlocks(MersenneTwister twister, ulong threshold)
    {
        var first = twister.Peek()[0];
        twister.Skip(1);
        var second = twister.Peek()[0];
        twister.Skip(1);
        return IsKept(first, second, threshold);
    }
}
