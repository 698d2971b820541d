using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Dropout masks with PyTorch's own numbers, about ten times as fast as libtorch's <c>bernoulli_</c>, which draws one element at a time, and in a bit each.</summary>
/// <remarks>libtorch keeps an element where the lower 53 bits of two words of the stream, the first the upper half, are below p·2⁵³. Memory order is the order of draws.</remarks>
internal static class BernoulliMask
{
    private const int Lanes = 8, ElementsAtOnce = 4096;

    /// <summary>Whether a mask for this tensor can be made here.</summary>
    internal static bool Takes(Tensor x) => FastPaths.Dropout && Kernels.Lanes.Takes(x);

    /// <summary>Which elements <c>bernoulli_(keep)</c> would set; libtorch's generator moves on.</summary>
    /// <param name="count">Number of elements.</param>
    /// <param name="keep">Above 0, below 1.</param>
    /// <returns>Uint8: a bit for each element, the lowest of a byte the first, and a byte more for who reads two at a time.</returns>
    internal static Tensor Draw(long count, double keep)
    {
        using var state = random.get_rng_state();
        var bits = empty((count + Lanes - 1) / Lanes + 1, ScalarType.Byte);
        var twister = new MersenneTwister(state.bytes);
        Fill(twister, bits.bytes, count, (ulong)Math.Ceiling(Math.ScaleB(keep, 53)));
        twister.WriteTo(state.bytes);
        random.set_rng_state(state);
        return bits;
    }

    /// <summary>1/keep as libtorch's division of the type gives it: what a kept element is multiplied by.</summary>
    internal static float Reciprocal(double keep, ScalarType type)
    {
        var reciprocal = (float)(1 / (float)keep);
        if (type == ScalarType.Float32) return reciprocal;
        var half = Kernels.Lanes.Round<ushort>(reciprocal);
        return BitConverter.UInt32BitsToSingle((uint)half << 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill(MersenneTwister twister, Span<byte> bits, long count, ulong threshold)
    {
        Span<uint> words = stackalloc uint[2 * ElementsAtOnce];
        ref var first = ref MemoryMarshal.GetReference(words);
        for (long done = 0; done < count; done += ElementsAtOnce)
        {
            var elements = (int)Math.Min(ElementsAtOnce, count - done);
            twister.Fill(words[..(2 * elements)]);
            words[(2 * elements)..].Clear();
            var to = bits[(int)(done / Lanes)..];
            for (var i = 0; i < elements; i += Lanes) to[i / Lanes] = (byte)Kept(ref first, i, threshold);
        }
        bits[^1] = 0;
    }

    /// <summary>The bits of eight elements from the <paramref name="first"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Kept(ref uint words, int first, ulong threshold) =>
        Vector256.Narrow(Kept(Vector256.LoadUnsafe(ref words, (nuint)(2 * first)), threshold), Kept(Vector256.LoadUnsafe(ref words, (nuint)(2 * first + Lanes)), threshold)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Kept(Vector256<uint> words, ulong threshold)
    {
        var pairs = MersenneTwister.Temper(words).AsUInt64();                             // little-endian: the first word is the lower half
        var numbers = ((pairs << 32) | (pairs >>> 32)) & Vector256.Create((1UL << 53) - 1);
        return Vector256.LessThan(numbers.AsInt64(), Vector256.Create((long)threshold)).AsUInt64();
    }
}
