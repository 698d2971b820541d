using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using PeftSharp.Native;
using static TorchSharp.torch;

namespace PeftSharp.Kernels;

/// <summary>Draws dropout masks that are bit-identical to libtorch's <c>bernoulli_</c>, about ten times as fast, and stores one bit per
/// element.</summary>
/// <remarks>For each element, in memory order, libtorch draws two 32-bit words of MT19937, which form a 64-bit number (the first word is
/// the upper half). The element is kept if the lower 53 bits of the number are below keep·2⁵³.</remarks>
internal static class BernoulliMask
{
    private const int Lanes = 8, MinPart = 1 << 15;

    // The share of the time per element that the comparison takes; generating the element's random words takes the rest.
    private const double ComparisonShare = 0.62;

    /// <summary>
    /// Whether masks for this tensor are drawn by this class. Without 256-bit vectors libtorch's own generator is faster.
    /// </summary>
    internal static bool CanRun(Tensor x) => FastPaths.Dropout && Kernels.Lanes.IsFast && Kernels.Lanes.CanRun(x);

    /// <summary>
    /// Draws the mask that <c>bernoulli_(keep)</c> would draw, and advances libtorch's generator by the same number of words.
    /// </summary>
    /// <param name="count">Number of elements.</param>
    /// <param name="keep">Probability of keeping an element; above 0, below 1.</param>
    /// <returns>Uint8: one bit per element, starting with the lowest bit of each byte, and one more byte, because readers load two bytes
    /// at a time.</returns>
    internal static unsafe Tensor Draw(long count, double keep)
    {
        Debug.Assert(count > 0 && keep is > 0 and < 1, "Nothing is drawn for a mask of one value.");
        using var state = random.get_rng_state();
        var bits = empty((count + Lanes - 1) / Lanes + 1, ScalarType.Byte);
        var mask = new Mask
        {
            Start = new MersenneTwister(state.bytes), Bits = (byte*)TensorMemory.Pointer(bits), Count = count,
            Threshold = (ulong)Math.Ceiling(Math.ScaleB(keep, 53)),
            Parts = (int)Math.Clamp(count / MinPart, 1, get_num_threads()),
        };
        NativeThreads.For(mask.Parts, 1, ref mask, &DrawParts);
        mask.Bits[bits.numel() - 1] = 0;
        mask.End.WriteTo(state.bytes);
        random.set_rng_state(state);
        return bits;
    }

    /// <summary>The factor of kept elements, 1 / keep, rounded as libtorch rounds it for the type.</summary>
    internal static float Reciprocal(double keep, ScalarType type)
    {
        var reciprocal = (float)(1 / (float)keep);
        if (type == ScalarType.Float32) return reciprocal;
        var half = Kernels.Lanes.FromSingle<ushort>(reciprocal);
        return BitConverter.UInt32BitsToSingle((uint)half << 16);
    }

    /// <summary>Draws parts of the mask. Each thread generates the stream from its start and skips to its part, which is cheaper than
    /// moving words between cores.</summary>
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
        // Holds the random words of eight elements that are divided between two blocks of the generator.
        var boundary = stackalloc uint[2 * Lanes];
        while (count > 0)
        {
            var full = (int)Math.Min(count, twister.Remaining / 2) / Lanes;
            fixed (uint* words = &twister.Next) Compare(words, bits, full, threshold);
            twister.Skip(2 * Lanes * full);
            bits += full;
            count -= Lanes * full;
            if (count <= 0) return;
            var rest = (int)Math.Min(count, Lanes);
            new Span<uint>(boundary, 2 * Lanes).Clear();
            twister.Draw(new Span<uint>(boundary, 2 * rest));
            Compare(boundary, bits++, 1, threshold);
            count -= rest;
        }
    }

    /// <summary>Computes bytes of the mask, each from the 16 words of eight elements.</summary>
    private static unsafe void Compare(uint* words, byte* bits, nint bytes, ulong threshold)
    {
        if (CompareUpper(words, bits, bytes, (uint)(threshold >> 32))) return;
        for (nint i = 0; i < bytes; i++, words += 2 * Lanes)
            bits[i] = (byte)(CompareFour(words, threshold) | CompareFour(words + Lanes, threshold) << (Lanes / 2));
    }

    /// <summary>
    /// As <see cref="Compare"/>, but compares only the upper 21 of the 53 bits, which are in the first word of an element. Returns false if
    /// these bits equal those of the threshold for any element, because the lower bits then decide.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static unsafe bool CompareUpper(uint* words, byte* bits, nint bytes, uint threshold)
    {
        var bound = Vector256.Create((int)threshold);
        var undecided = Vector256<int>.Zero;
        for (nint i = 0; i < bytes; i++, words += 2 * Lanes)
        {
            var first = Vector256.Narrow(Vector256.Load(words).AsUInt64(), Vector256.Load(words + Lanes).AsUInt64());
            var upper = (MersenneTwister.Temper(first) & Vector256.Create((1u << 21) - 1)).AsInt32();
            undecided |= Vector256.Equals(upper, bound);
            bits[i] = (byte)Vector256.LessThan(upper, bound).ExtractMostSignificantBits();
        }
        return undecided == Vector256<int>.Zero;
    }

    /// <summary>The mask bits of four elements, comparing all 53 bits.</summary>
    private static unsafe uint CompareFour(uint* words, ulong threshold)
    {
        var pairs = MersenneTwister.Temper(Vector256.Load(words)).AsUInt64();             // little-endian: the first word is the lower half
        var draws = ((pairs << 32) | (pairs >>> 32)) & Vector256.Create((1UL << 53) - 1);
        return Vector256.LessThan(draws.AsInt64(), Vector256.Create((long)threshold)).ExtractMostSignificantBits();
    }

    private unsafe struct Mask
    {
        internal MersenneTwister Start, End;
        internal byte* Bits;
        internal long Count;
        internal ulong Threshold;
        internal int Parts;

        /// <summary>First element of a part. Parts with more words to skip are shorter, so that all take the same time.</summary>
        internal readonly long FirstOf(int part) =>
            part == Parts
                ? Count
                : (long)(Count * (1 - Math.Pow(ComparisonShare, part)) / (1 - Math.Pow(ComparisonShare, Parts))) / Lanes * Lanes;
    }
}
