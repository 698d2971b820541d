using static TorchSharp.torch;

namespace PeftSharp.Training.Batching;

/// <summary>The random order of the training rows in an epoch.</summary>
internal static class RowOrder
{
    /// <summary>
    /// Returns a random permutation from a generator with the seed <paramref name="seed"/> + <paramref name="epoch"/>, as in accelerate's
    /// <c>SeedableRandomSampler</c>.
    /// </summary>
    internal static int[] Random(int rows, long seed, int epoch)
    {
        using var generator = new Generator((ulong)(seed + epoch));
        using var order = randperm(rows, ScalarType.Int64, generator: generator);
        return Array.ConvertAll(order.data<long>().ToArray(), row => (int)row);
    }

    /// <summary>
    /// Returns a random permutation, from libtorch's default generator, in which rows of similar length are adjacent (transformers'
    /// <c>LengthGroupedSampler</c>). The permutation is divided into chunks of up to 50 steps, and each chunk is sorted by descending
    /// length. The longest row is the first, so that insufficient memory is detected in the first step.
    /// </summary>
    /// <param name="lengths">The length of each row.</param>
    /// <param name="rowsPerStep">The number of rows of an optimizer step: batch size times gradient accumulation steps.</param>
    internal static int[] GroupedByLength(IReadOnlyList<int> lengths, int rowsPerStep)
    {
        using var drawn = randperm(lengths.Count, ScalarType.Int64);
        var order = Array.ConvertAll(drawn.data<long>().ToArray(), row => (int)row);
        var chunkSize = rowsPerStep * Math.Clamp(lengths.Count / (rowsPerStep * 4), 1, 50);
        var chunks = order.Chunk(chunkSize).Select(rows => rows.OrderByDescending(row => lengths[row]).ToArray()).ToArray();
        var longest = Enumerable.Range(0, chunks.Length).MaxBy(index => lengths[chunks[index][0]]);
        (chunks[0][0], chunks[longest][0]) = (chunks[longest][0], chunks[0][0]);
        return [.. chunks.SelectMany(rows => rows)];
    }
}
