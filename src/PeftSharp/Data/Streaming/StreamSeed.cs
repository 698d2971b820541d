using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The seed of an operation that uses random numbers.</summary>
/// <remarks>
/// A seed that was drawn at random is part of the state of the stream. A stream that loads the state uses this seed, because another
/// process would draw another seed.
/// </remarks>
internal sealed class StreamSeed
{
    private readonly bool _isGiven;
    private long _seed;

    /// <param name="seed">At least 0. Null: drawn at random.</param>
    internal StreamSeed(long? seed)
    {
        if (seed is { } given)
            ArgumentOutOfRangeException.ThrowIfNegative(given, nameof(seed));
        (_isGiven, _seed) = (seed is not null, seed ?? new NumpyRandom(null).NonNegativeInteger());
    }

    /// <summary>The seed.</summary>
    internal long Value => Volatile.Read(ref _seed);

    /// <summary>Replaces the seed by the seed in a stored state, if this seed was drawn at random.</summary>
    internal void Load(long seed)
    {
        if (!_isGiven)
            Volatile.Write(ref _seed, seed);
    }

    /// <summary>Returns the generator of an epoch, with the random numbers of Python's <c>datasets</c>.</summary>
    internal NumpyRandom Generator(int epoch)
    {
        var random = new NumpyRandom(Value);
        if (epoch == 0)
            return random;
        var next = random.NonNegativeInteger() - epoch;
        return new NumpyRandom(next & long.MaxValue);             // a negative number plus 2^63, as in Python
    }

    /// <summary>The seed for <see cref="RowSource.Description"/>.</summary>
    public override string ToString() => _isGiven ? $"seed {Value}" : "no seed";
}
