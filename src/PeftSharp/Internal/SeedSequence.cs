namespace PeftSharp.Internal;

/// <summary>Derives the initial state of a generator from a seed, as numpy's <c>SeedSequence</c> does (O'Neill's <c>seed_seq_fe</c> with
/// a pool of four words).</summary>
internal static class SeedSequence
{
    private const int PoolSize = 4;

    /// <summary>Generates <paramref name="count"/> 64-bit words from the entropy.</summary>
    internal static ulong[] GenerateState(UInt128 entropy, int count)
    {
        var pool = Mix(entropy);
        var hash = 0x8b51f9ddu;
        var words = new uint[2 * count];
        for (var i = 0; i < words.Length; i++)
        {
            var word = pool[i % PoolSize] ^ hash;
            hash *= 0x58f38dedu;
            word *= hash;
            words[i] = word ^ (word >> 16);
        }
        return Enumerable.Range(0, count).Select(i => ((ulong)words[2 * i + 1] << 32) | words[2 * i]).ToArray();
    }

    private static uint[] Mix(UInt128 entropy)
    {
        var hash = 0x43b0d7e5u;
        var pool = new uint[PoolSize];
        for (var i = 0; i < PoolSize; i++)
            pool[i] = Hash((uint)(entropy >> (32 * i)), ref hash);          // 128 bits fill the pool; a shorter seed has leading zeros
        for (var from = 0; from < PoolSize; from++)
            for (var to = 0; to < PoolSize; to++)
                if (from != to)
                    pool[to] = Combine(pool[to], Hash(pool[from], ref hash));
        return pool;
    }

    private static uint Hash(uint value, ref uint hash)
    {
        value ^= hash;
        hash *= 0x931e8875u;
        value *= hash;
        return value ^ (value >> 16);
    }

    private static uint Combine(uint x, uint y)
    {
        var mixed = 0xca01f9ddu * x - 0x4973f715u * y;
        return mixed ^ (mixed >> 16);
    }
}
