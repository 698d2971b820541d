namespace PeftSharp.Vision;

/// <summary>
/// A stream of random numbers (SplitMix64, Steele et al. 2014) that is determined by a seed, an epoch and a row, so that the numbers of a
/// row do not depend on the rows before it.
/// </summary>
internal sealed class RandomStream(long seed, int epoch, int row)
{
    private ulong _state = Mix(Mix(Mix((ulong)seed + 1) + (ulong)epoch + 1) + (ulong)row + 1);

    /// <summary>Returns a number that is at least 0 and less than 1.</summary>
    internal double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Returns an integer that is at least 0 and less than <paramref name="limit"/>.</summary>
    internal int Next(int limit) => (int)(NextDouble() * limit);

    private ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
