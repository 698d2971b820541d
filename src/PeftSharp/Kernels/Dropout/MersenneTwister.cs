using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>The generator of libtorch's CPU random stream (MT19937, Matsumoto and Nishimura 1998), vectorized: it generates blocks of 624
/// words. A copy is an independent generator with the same state.</summary>
/// <remarks>It continues from a state of <c>get_rng_state</c> and writes one for <c>set_rng_state</c>, so libtorch's stream continues as
/// if libtorch itself had drawn.</remarks>
internal unsafe struct MersenneTwister
{
    private const int BlockLength = 624, Lag = 397, Lanes = 8;
    private const uint Matrix = 0x9908b0df, UpperBit = 0x80000000, LowerBits = 0x7fffffff;

    // Byte offsets in libtorch's state: remaining words of the block, whether the state is seeded (not read), index of the next
    // word, then the words of 8 bytes each.
    private const int RemainingOffset = 8, NextOffset = 16, WordsOffset = 24, StateLength = WordsOffset + 8 * BlockLength;

    private fixed uint _words[BlockLength];
    private int _next;

    /// <param name="state">A state of <c>get_rng_state</c>.</param>
    internal MersenneTwister(ReadOnlySpan<byte> state)
    {
        if (state.Length < StateLength)
            throw new ArgumentException(
                $"The state has {state.Length} bytes; a state of libtorch's CPU generator has at least {StateLength}. "
                + "Pass what get_rng_state returned.", nameof(state));
        for (var i = 0; i < BlockLength; i++) _words[i] = (uint)BinaryPrimitives.ReadUInt64LittleEndian(state[(WordsOffset + 8 * i)..]);
        _next = BlockLength + 1 - BinaryPrimitives.ReadInt32LittleEndian(state[RemainingOffset..]);
    }

    /// <summary>Number of words of the current block that have not been drawn.</summary>
    internal readonly int Remaining => BlockLength - _next;

    /// <summary>The next <see cref="Remaining"/> words, untempered.</summary>
    [UnscopedRef]
    internal readonly ref readonly uint Next => ref _words[_next];

    /// <summary>Draws the next words of the stream, untempered.</summary>
    internal void Draw(Span<uint> words)
    {
        while (words.Length > 0)
        {
            if (_next == BlockLength) NextBlock();
            var count = Math.Min(words.Length, Remaining);
            MemoryMarshal.CreateReadOnlySpan(in Next, count).CopyTo(words);
            _next += count;
            words = words[count..];
        }
    }

    /// <summary>Advances the stream.</summary>
    internal void Skip(long words)
    {
        for (; words > Remaining; NextBlock()) words -= Remaining;
        _next += (int)words;
    }

    /// <summary>Writes the position of the stream into a state of libtorch.</summary>
    internal readonly void WriteTo(Span<byte> state)
    {
        for (var i = 0; i < BlockLength; i++) BinaryPrimitives.WriteUInt64LittleEndian(state[(WordsOffset + 8 * i)..], _words[i]);
        BinaryPrimitives.WriteInt32LittleEndian(state[RemainingOffset..], BlockLength + 1 - _next);
        BinaryPrimitives.WriteUInt64LittleEndian(state[NextOffset..], (ulong)_next);
    }

    /// <summary>Generates the next block in place: each word from itself, its successor and the word 397 ahead. The block is a ring, so the
    /// last 397 words are computed from words that are already new.</summary>
    // With tiered compilation the method would start unoptimized, although one call may run for seconds.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void NextBlock()
    {
        fixed (uint* words = _words)
        {
            Twist(words, 0, BlockLength - Lag, Lag);
            Twist(words, BlockLength - Lag, BlockLength - 1, Lag - BlockLength);
            words[BlockLength - 1] = words[Lag - 1] ^ Mix(words[BlockLength - 1], words[0]);
        }
        _next = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Twist(uint* words, nint from, nint to, nint distance)
    {
        var i = from;
        for (; i + Lanes <= to; i += Lanes)
        {
            var after = Vector256.Load(words + i + 1);
            var mixed = ((Vector256.Load(words + i) & Vector256.Create(UpperBit)) | (after & Vector256.Create(LowerBits))) >>> 1;
            mixed ^= Vector256.Create(0u) - (after & Vector256.Create(1u)) & Vector256.Create(Matrix);
            (Vector256.Load(words + i + distance) ^ mixed).Store(words + i);
        }
        for (; i < to; i++) words[i] = words[i + distance] ^ Mix(words[i], words[i + 1]);
    }

    private static uint Mix(uint here, uint after) => (((here & UpperBit) | (after & LowerBits)) >> 1) ^ ((after & 1) * Matrix);

    /// <summary>MT19937's tempering: turns words of the state into the generator's output.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<uint> Temper(Vector256<uint> y)
    {
        y ^= y >>> 11;
        y ^= (y << 7) & Vector256.Create(0x9d2c5680u);
        y ^= (y << 15) & Vector256.Create(0xefc60000u);
        return y ^ (y >>> 18);
    }
}
