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

    /// <summary>
    /// A random order from the main stream in which rows of similar length are neighbors: the order is cut into pieces of up to 50 steps, each piece is sorted by descending length, and the longest
    /// row of all comes first, so that a lack of memory shows in the first step (transformers' <c>LengthGroupedSampler</c>).
    /// </summary>
    /// <param name="lengths">Length of each row.</param>
    /// <param name="rowsPerStep">Rows of an optimizer step: batch size times accumulation.</param>
    internal static int[] GroupedByLength(IReadOnlyList<int> lengths, int rowsPerStep)
    {
        using var drawn = randperm(lengths.Count, ScalarType.Int64);
        var order = Array.ConvertAll(drawn.data<long>().ToArray(), row => (int)row);
        var piece = rowsPerStep * Math.Clamp(lengths.Count / (rowsPerStep * 4), 1, 50);
        var pieces = order.Chunk(piece).Select(rows => rows.OrderByDescending(row => lengths[row]).ToArray()).ToArray();
        var longest = Enumerable.Range(0, pieces.Length).MaxBy(index => lengths[pieces[index][0]]);
        (pieces[0][0], pieces[longest][0]) = (pieces[longest][0], pieces[0][0]);
        return [.. pieces.SelectMany(rows => rows)];
    }
}
