using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PeftSharp.Kernels;

/// <summary>libtorch's random stream on the processor (MT19937, Matsumoto and Nishimura 1998), a block of 624 words at a time instead of one word. A copy goes on by itself.</summary>
/// <remarks>It goes on from a state as <c>get_rng_state</c> gives it and gives back one for <c>set_rng_state</c>, so libtorch never notices who drew.</remarks>
internal unsafe struct MersenneTwister
{
    private const int BlockLength = 624, Lag = 397, Lanes = 8;
    private const uint Matrix = 0x9908b0df, UpperBit = 0x80000000, LowerBits = 0x7fffffff;

    // Places in the bytes of libtorch's state: the words that are left of a block, whether it was seeded, the next word's number, then the words, 8 bytes each.
    private const int LeftAt = 8, NextAt = 16, WordsAt = 24, StateLength = WordsAt + 8 * BlockLength;

    private fixed uint _words[BlockLength];
    private int _next;

    /// <param name="state">What <c>get_rng_state</c> gave.</param>
    internal MersenneTwister(ReadOnlySpan<byte> state)
    {
        if (state.Length < StateLength) throw new ArgumentException($"A state of libtorch's generator has at least {StateLength} bytes, not {state.Length}.", nameof(state));
        for (var i = 0; i < BlockLength; i++) _words[i] = (uint)BinaryPrimitives.ReadUInt64LittleEndian(state[(WordsAt + 8 * i)..]);
        _next = BlockLength + 1 - BinaryPrimitives.ReadInt32LittleEndian(state[LeftAt..]);
    }

    /// <summary>How many words of the present block are still to be drawn.</summary>
    internal readonly int Left => BlockLength - _next;

    /// <summary>The next words, as many as are <see cref="Left"/>, each still to be tempered.</summary>
    [UnscopedRef]
    internal readonly ref readonly uint Next => ref _words[_next];

    /// <summary>Writes the next words of the stream, each still to be tempered.</summary>
    internal void Draw(Span<uint> words)
    {
        while (words.Length > 0)
        {
            if (_next == BlockLength) NextBlock();
            var count = Math.Min(words.Length, Left);
            MemoryMarshal.CreateReadOnlySpan(in Next, count).CopyTo(words);
            _next += count;
            words = words[count..];
        }
    }

    /// <summary>Goes on past words of the stream.</summary>
    internal void Skip(long words)
    {
        for (; words > Left; NextBlock()) words -= Left;
        _next += (int)words;
    }

    /// <summary>Writes where the stream stands into a state.</summary>
    internal readonly void WriteTo(Span<byte> state)
    {
        for (var i = 0; i < BlockLength; i++) BinaryPrimitives.WriteUInt64LittleEndian(state[(WordsAt + 8 * i)..], _words[i]);
        BinaryPrimitives.WriteInt32LittleEndian(state[LeftAt..], BlockLength + 1 - _next);
        BinaryPrimitives.WriteUInt64LittleEndian(state[NextAt..], (ulong)_next);
    }

    /// <summary>Each word from itself, the one after it and the one 397 on; the block is a ring and is written in place, so 227 words at the end read new ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]                    // the loop must not begin in unoptimized code: it runs for seconds and is entered once
    private void NextBlock()
    {
        fixed (uint* words = _words)
        {
            Twist(words, 0, BlockLength - Lag, Lag);
            Twist(words, BlockLength - Lag, BlockLength - 1, Lag - BlockLength);
            words[BlockLength - 1] = words[Lag - 1] ^ Mixed(words[BlockLength - 1], words[0]);
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
        for (; i < to; i++) words[i] = words[i + distance] ^ Mixed(words[i], words[i + 1]);
    }

    private static uint Mixed(uint here, uint after) => (((here & UpperBit) | (after & LowerBits)) >> 1) ^ ((after & 1) * Matrix);

    /// <summary>Words as the generator gives them: it keeps them as they are here before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<uint> Temper(Vector256<uint> y)
    {
        y ^= y >>> 11;
        y ^= (y << 7) & Vector256.Create(0x9d2c5680u);
        y ^= (y << 15) & Vector256.Create(0xefc60000u);
        return y ^ (y >>> 18);
    }
}
