using static TorchSharp.torch;

namespace PeftSharp.Training.Batching;

/// <summary>The order in which an epoch sees the training rows.</summary>
internal static class RowOrder
{
    /// <summary>A random order from a stream of its own, begun with the seed plus the epoch, as accelerate's <c>SeedableRandomSampler</c> draws it.</summary>
    internal static int[] Random(int rows, long seed, int epoch)
    {
        using var generator = new Generator((ulong)(seed + epoch));
        using var order = randperm(rows, ScalarType.Int64, generator: generator);
        return Array.ConvertAll(order.data<long>().ToArray(), row => (int)row);
    }

    /// <summary>Random, but rows of like length beside each other: the random order is cut into runs of 50 batches, each sorted by falling length, the longest batch first (transformers' <c>LengthGroupedSampler</c>).</summary>
    internal static int[] GroupedByLength(IReadOnlyList<int> lengths, int batchSize, long seed, int epoch)
    {
        var order = Random(lengths.Count, seed, epoch);
        var run = Math.Min(batchSize * 50, Math.Max(lengths.Count / 4, batchSize));
        var runs = order.Chunk(run).Select(rows => rows.OrderByDescending(row => lengths[row]).ToArray()).ToArray();
        var longest = Enumerable.Range(0, runs.Length).MaxBy(index => lengths[runs[index][0]]);
        if (runs.Length > 0) (runs[0][0], runs[longest][0]) = (runs[longest][0], runs[0][0]);   // memory runs out in the first step or never
        return [.. runs.SelectMany(rows => rows)];
    }
}
