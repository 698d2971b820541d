namespace PeftSharp.Tests.Fuzzing;

/// <summary>Random choices of one input, which depend only on the reader and the number of the input.</summary>
internal sealed class FuzzRandom(string reader, long number)
{
    private readonly Random _random = new(Seed(reader, number));

    internal int Next(int count) => _random.Next(count);

    internal int Next(int from, int to) => _random.Next(from, to);

    /// <summary>True in one of <paramref name="count"/> cases.</summary>
    internal bool OneIn(int count) => _random.Next(count) == 0;

    internal T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    internal byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A small number, most often 1.</summary>
    internal int Few() => OneIn(2) ? 1 : _random.Next(1, 6);

    // string.GetHashCode differs between processes.
    private static int Seed(string reader, long number)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in $"{reader} {number}") hash = (hash ^ c) * 1099511628211UL;
        return (int)(hash ^ (hash >> 32));
    }
}
