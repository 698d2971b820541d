using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Dropout masks with PyTorch's own numbers, about ten times as fast as libtorch's <c>bernoulli_</c>, which draws one element at a time, and in a bit each.</summary>
/// <remarks>libtorch keeps an element where the lower 53 bits of two words of the stream, the first the upper half, are below p·2⁵³. Memory order is the order of draws.</remarks>
internal static class BernoulliMask
{
    private const int Lanes = 8, LeastPart = 1 << 15;
    private const double ComparedShare = 0.62;                                         // of an element's time: the rest makes its words

    /// <summary>Whether a mask for this tensor is drawn here. Without 256-bit vectors libtorch's own generator is faster.</summary>
    internal static bool CanRun(Tensor x) => FastPaths.Dropout && Kernels.Lanes.IsFast && Kernels.Lanes.CanRun(x);

    /// <summary>Which elements <c>bernoulli_(keep)</c> would set; libtorch's generator moves on.</summary>
    /// <param name="count">Number of elements.</param>
    /// <param name="keep">Above 0, below 1.</param>
    /// <returns>Uint8: a bit for each element, the lowest of a byte the first, and a byte more for who reads two at a time.</returns>
    internal static unsafe Tensor Draw(long count, double keep)
    {
        Debug.Assert(count > 0 && keep is > 0 and < 1, "Nothing is drawn for a mask of one value.");
        using var state = random.get_rng_state();
        var bits = empty((count + Lanes - 1) / Lanes + 1, ScalarType.Byte);
        var mask = new Mask
        {
            Start = new MersenneTwister(state.bytes), Bits = (byte*)TensorMemory.Pointer(bits), Count = count, Threshold = (ulong)Math.Ceiling(Math.ScaleB(keep, 53)),
            Parts = (int)Math.Clamp(count / LeastPart, 1, get_num_threads()),
        };
        NativeThreads.For(mask.Parts, 1, ref mask, &DrawParts);
        mask.Bits[bits.numel() - 1] = 0;
        mask.End.WriteTo(state.bytes);
        random.set_rng_state(state);
        return bits;
    }

    /// <summary>1/keep as libtorch's division of the type gives it: what a kept element is multiplied by.</summary>
    internal static float Reciprocal(double keep, ScalarType type)
    {
        var reciprocal = (float)(1 / (float)keep);
        if (type == ScalarType.Float32) return reciprocal;
        var half = Kernels.Lanes.FromSingle<ushort>(reciprocal);
        return BitConverter.UInt32BitsToSingle((uint)half << 16);
    }

    /// <summary>Each part by itself from the beginning of the stream: to pass over words takes less than to have them from another core.</summary>
    private static unsafe void DrawParts(void* arguments, int from, int to)
    {
        var mask = (Mask*)arguments;
        for (var part = from; part < to; part++)
        {
            var twister = mask->Start;
            var (first, end) = (mask->FirstOf(part), mask->FirstOf(part + 1));
            twister.Skip(2 * first);
            DrawPart(ref twister, mask->Bits + first / Lanes, end - first, mask->Threshold);
            if (part == mask->Parts - 1) mask->End = twister;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void DrawPart(ref MersenneTwister twister, byte* bits, long count, ulong threshold)
    {
        var across = stackalloc uint[2 * Lanes];                                              // words of two blocks
        while (count > 0)
        {
            var full = (int)Math.Min(count, twister.Left / 2) / Lanes;
            fixed (uint* words = &twister.Next) Compare(words, bits, full, threshold);
            twister.Skip(2 * Lanes * full);
            bits += full;
            count -= Lanes * full;
            if (count <= 0) return;
            var rest = (int)Math.Min(count, Lanes);
            new Span<uint>(across, 2 * Lanes).Clear();
            twister.Draw(new Span<uint>(across, 2 * rest));
            Compare(across, bits++, 1, threshold);
            count -= rest;
        }
    }

    /// <summary>The bits of eight elements a byte, from 16 words each.</summary>
    private static unsafe void Compare(uint* words, byte* bits, nint bytes, ulong threshold)
    {
        if (CompareUpper(words, bits, bytes, (uint)(threshold >> 32))) return;
        for (nint i = 0; i < bytes; i++, words += 2 * Lanes) bits[i] = (byte)(Kept(words, threshold) | Kept(words + Lanes, threshold) << (Lanes / 2));
    }

    /// <summary>The same by the upper 21 of the 53 bits alone, which the first of an element's words has. False: one of them was the threshold's own, so that they do not decide.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe bool CompareUpper(uint* words, byte* bits, nint bytes, uint threshold)
    {
        var bound = Vector256.Create((int)threshold);
        var open = Vector256<int>.Zero;
        for (nint i = 0; i < bytes; i++, words += 2 * Lanes)
        {
            var first = Vector256.Narrow(Vector256.Load(words).AsUInt64(), Vector256.Load(words + Lanes).AsUInt64());
            var upper = (MersenneTwister.Temper(first) & Vector256.Create((1u << 21) - 1)).AsInt32();
            open |= Vector256.Equals(upper, bound);
            bits[i] = (byte)Vector256.LessThan(upper, bound).ExtractMostSignificantBits();
        }
        return open == Vector256<int>.Zero;
    }

    /// <summary>The bits of four elements, from all 53 bits of each.</summary>
    private static unsafe uint Kept(uint* words, ulong threshold)
    {
        var pairs = MersenneTwister.Temper(Vector256.Load(words)).AsUInt64();                     // little-endian: the first word is the lower half
        var numbers = ((pairs << 32) | (pairs >>> 32)) & Vector256.Create((1UL << 53) - 1);
        return Vector256.LessThan(numbers.AsInt64(), Vector256.Create((long)threshold)).ExtractMostSignificantBits();
    }

    private unsafe struct Mask
    {
        internal MersenneTwister Start, End;
        internal byte* Bits;
        internal long Count;
        internal ulong Threshold;
        internal int Parts;

        /// <summary>Where a part begins: the more it has to pass over the shorter it is, so that all take as long.</summary>
        internal readonly long FirstOf(int part) =>
            part == Parts ? Count : (long)(Count * (1 - Math.Pow(ComparedShare, part)) / (1 - Math.Pow(ComparedShare, Parts))) / Lanes * Lanes;
    }
}
