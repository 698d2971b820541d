using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <content>Conversion to a stream of rows.</content>
public sealed partial class Dataset
{
    /// <summary>Returns the rows as a stream, with the columns of <see cref="Format"/> (<c>to_iterable_dataset</c>).</summary>
    /// <param name="numShards">
    /// The number of shards: contiguous parts of about equal size, which <see cref="IterableDataset.Shuffle"/> reads in random order.
    /// Default 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1 or above the number of rows.</exception>
    public IterableDataset ToIterableDataset(int numShards = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numShards, 1);
        if (numShards > Math.Max(1, Count))
            throw new ArgumentOutOfRangeException(nameof(numShards), numShards,
                $"The dataset has {Quantity.Of(Count, "row")}, so it cannot be divided into {numShards} shards. Reduce numShards.");
        var (columns, shards) = (_formatted, new RowShard[numShards]);
        var (size, rest) = Math.DivRem(Count, numShards);
        for (var shard = 0; shard < numShards; shard++)
        {
            var (start, count) = (size * shard + Math.Min(shard, rest), size + (shard < rest ? 1 : 0));
            shards[shard] = new DatasetShard(columns.SelectRows(count, rows => rows.Slice(start, count)));
        }
        var features = new OrderedDictionary<string, Feature>(
            columns.All.Select(column => KeyValuePair.Create(column.Name, column.Feature)), StringComparer.Ordinal);
        return new IterableDataset(new ShardSource("dataset", shards, () => features));
    }

    /// <summary>The columns that rows contain.</summary>
    internal ColumnSet Formatted => _formatted;
}
