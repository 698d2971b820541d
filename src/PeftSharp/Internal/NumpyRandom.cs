using System.Numerics;
using System.Security.Cryptography;

namespace PeftSharp.Internal;

/// <summary>A random number generator that produces the same values as <c>numpy.random.default_rng(seed)</c>.</summary>
/// <remarks>Not thread-safe: use an instance from one thread at a time.</remarks>
internal sealed class NumpyRandom
{
    private readonly Pcg64 _bits;

    /// <param name="seed">At least 0. Null: 128 random bits from the operating system.</param>
    /// <exception cref="ArgumentOutOfRangeException">The seed is negative, which numpy rejects too.</exception>
    internal NumpyRandom(long? seed)
    {
        if (seed is { } given)
            ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(seed));
        _bits = new Pcg64(seed is { } value ? (UInt128)value : OperatingSystemEntropy());
    }

    /// <summary>Returns the position in the sequence of random numbers. <see cref="Restore"/> continues at this position.</summary>
    internal string Save() => _bits.Save();

    /// <exception cref="FormatException">The text is not a result of <see cref="Save"/>.</exception>
    internal void Restore(string saved) => _bits.Restore(saved);

    /// <summary><c>random()</c>: uniform in [0, 1) with 53 bits.</summary>
    internal double NextDouble() => (_bits.NextUInt64() >> 11) * (1.0 / 9007199254740992.0);

    /// <summary><c>integers(low, high)</c> of int64: uniform in [low, high), with Lemire's unbiased multiplication method.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="high"/> is not greater than <paramref name="low"/>.</exception>
    internal long Integer(long low, long high)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(high, low);
        return (long)((ulong)low + UpTo((ulong)high - (ulong)low - 1));
    }

    /// <summary><c>integers(0, 2**63)</c>.</summary>
    internal long NonNegativeInteger() => (long)UpTo(long.MaxValue);

    /// <summary><c>permutation(count)</c>.</summary>
    internal int[] Permutation(int count)
    {
        var order = Range(count);
        Shuffle<int>(order);
        return order;
    }

    /// <summary><c>permutation(values)</c>: a shuffled copy.</summary>
    internal int[] Permutation(ReadOnlySpan<int> values)
    {
        var copy = values.ToArray();
        Shuffle<int>(copy);
        return copy;
    }

    /// <summary><c>shuffle(values)</c>, in place.</summary>
    internal void Shuffle<T>(Span<T> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = MaskedUpTo((uint)i);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary><c>choice(population, size, replace=False)</c>: <paramref name="size"/> distinct integers from 0 to
    /// <paramref name="population"/> - 1, in random order.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="size"/> is negative or greater than
    /// <paramref name="population"/>.</exception>
    internal int[] ChooseWithoutReplacement(int population, int size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, population);
        // numpy's threshold: to choose many values from a large population, shuffling is faster than storing the chosen values in a set.
        if (population > 10_000 && size > population / 50)
        {
            var order = Range(population);
            ShuffleTail<int>(order, Math.Max(population - size, 1));
            return order[(population - size)..];
        }
        return ChooseByFloyd(population, size);
    }

    /// <summary><c>choice(len(probabilities), p=probabilities)</c>: one index, drawn with the given probabilities.</summary>
    /// <param name="cumulative">The cumulative sums of the probabilities, divided by their last element.</param>
    internal int Choose(ReadOnlySpan<double> cumulative)
    {
        var drawn = NextDouble();
        var index = 0;
        while (index < cumulative.Length - 1 && cumulative[index] <= drawn)
            index++;
        return index;
    }

    private int[] ChooseByFloyd(int population, int size)      // Bentley and Floyd 1987
    {
        var chosen = new int[size];
        var seen = new HashSet<int>(size);
        for (var last = population - size; last < population; last++)
        {
            var drawn = (int)UpTo((ulong)last);
            if (!seen.Add(drawn))
                seen.Add(drawn = last);
            chosen[last - (population - size)] = drawn;
        }
        ShuffleTail<int>(chosen, first: 1);
        return chosen;
    }

    private void ShuffleTail<T>(Span<T> values, int first)
    {
        for (var i = values.Length - 1; i >= first; i--)
        {
            var j = (int)UpTo((ulong)i);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>Uniform in [0, <paramref name="max"/>] by rejection: draws as many bits as the maximum has until the value is in range.
    /// numpy uses this algorithm for <c>shuffle</c>, and the algorithm of <see cref="UpTo"/> for <c>choice</c>.</summary>
    private int MaskedUpTo(uint max)
    {
        var mask = uint.MaxValue >> BitOperations.LeadingZeroCount(max);
        uint drawn;
        do
            drawn = _bits.NextUInt32() & mask;
        while (drawn > max);
        return (int)drawn;
    }

    /// <summary>Uniform in [0, <paramref name="max"/>], inclusive. As in numpy, 32-bit draws are used if they are sufficient.</summary>
    private ulong UpTo(ulong max) => max switch
    {
        0 => 0,
        < uint.MaxValue => UpTo32((uint)max),
        uint.MaxValue => _bits.NextUInt32(),
        ulong.MaxValue => _bits.NextUInt64(),
        _ => UpTo64(max),
    };

    private uint UpTo32(uint max)
    {
        var count = max + 1;
        var product = (ulong)_bits.NextUInt32() * count;
        if ((uint)product < count)
        {
            var threshold = (uint.MaxValue - max) % count;
            while ((uint)product < threshold)
                product = (ulong)_bits.NextUInt32() * count;
        }
        return (uint)(product >> 32);
    }

    private ulong UpTo64(ulong max)
    {
        var count = max + 1;
        var high = Math.BigMul(_bits.NextUInt64(), count, out var low);
        if (low < count)
        {
            var threshold = (ulong.MaxValue - max) % count;
            while (low < threshold)
                high = Math.BigMul(_bits.NextUInt64(), count, out low);
        }
        return high;
    }

    private static int[] Range(int count)
    {
        var order = new int[count];
        for (var i = 0; i < count; i++)
            order[i] = i;
        return order;
    }

    private static UInt128 OperatingSystemEntropy()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(bytes);
    }
}
