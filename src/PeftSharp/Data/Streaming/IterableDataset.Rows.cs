namespace PeftSharp.Data;

/// <content>Selecting, ordering and combining rows.</content>
public sealed partial class IterableDataset
{
    /// <summary>Returns the first <paramref name="count"/> rows, or all if there are fewer (<c>take</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public IterableDataset Take(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return With(new TakenRows(_source, count, skips: false));
    }

    /// <summary>Returns all rows except the first <paramref name="count"/> (<c>skip</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public IterableDataset Skip(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return With(new TakenRows(_source, count, skips: true));
    }

    /// <summary>Returns the rows several times (<c>repeat</c>).</summary>
    /// <param name="numTimes">How many times the rows are returned. Default null: endlessly.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numTimes"/> is negative.</exception>
    public IterableDataset Repeat(int? numTimes = null)
    {
        if (numTimes is { } count)
            ArgumentOutOfRangeException.ThrowIfNegative(count, nameof(numTimes));
        return With(new RepeatedRows(_source, numTimes));
    }

    /// <summary>
    /// Returns the rows in random order (<c>shuffle</c>). A buffer is filled with the first rows; then each row of the result is drawn from
    /// the buffer and replaced by the next row. The order of the shards is also random, and several shards are read alternately.
    /// </summary>
    /// <remarks>
    /// <para>
    /// With the same seed, the order is the same as in Python's <c>datasets</c> in the first epoch and, if there is only one shard, also in
    /// later epochs. <see cref="SetEpoch"/> changes the order. If the stream is a result of <c>Take</c> or <c>Skip</c>, its shards keep
    /// their order.
    /// </para>
    /// <para>
    /// To continue at a stored position, the stream is read again from the oldest row in the buffer. On average, this row is about
    /// <paramref name="bufferSize"/> · ln(<paramref name="bufferSize"/>) rows before the position. Therefore, call this method before
    /// <c>Map</c> with an expensive function.
    /// </para>
    /// </remarks>
    /// <param name="seed">
    /// The seed, at least 0. Null: a random seed for each call of this method. The state of the stream contains the random seed, so that
    /// another process can continue in the same order.
    /// </param>
    /// <param name="bufferSize">
    /// The number of rows in the buffer. If the buffer can contain all rows of the stream, the order is completely random. Default 1000.
    /// </param>
    /// <param name="maxBufferInputShards">The maximum number of shards that are read alternately. Default 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The seed is negative, or <paramref name="bufferSize"/> or <paramref name="maxBufferInputShards"/> is below 1.
    /// </exception>
    public IterableDataset Shuffle(long? seed = null, int bufferSize = 1000, int maxBufferInputShards = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBufferInputShards, 1);
        return With(new ShuffledRows(_source, new StreamSeed(seed), bufferSize, maxBufferInputShards));
    }

    /// <summary>
    /// Returns a stream whose rows are batches: each column contains lists with the values of <paramref name="batchSize"/> rows
    /// (<c>batch</c>). For training, use <c>PerDeviceTrainBatchSize</c> instead.
    /// </summary>
    /// <param name="batchSize">The number of rows in a batch.</param>
    /// <param name="dropLastBatch">Whether a last batch with fewer rows is dropped. Default false.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is below 1.</exception>
    public IterableDataset Batch(int batchSize, bool dropLastBatch = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return With(new BlockRows(_source, $"batch(drop last: {dropLastBatch})", batchSize, dropLastBatch,
            (columns, _) => new ColumnSet(columns.All.Select(AsList), 1),
            known => new OrderedDictionary<string, Feature>(
                known.Select(feature => KeyValuePair.Create(feature.Key, (Feature)new Sequence(feature.Value)))),
            rows => dropLastBatch ? rows / batchSize : (rows + batchSize - 1) / batchSize));

        static Column AsList(Column column)
        {
            var items = new ColumnBuilder();
            foreach (var value in column)
                items.Add(value);
            var list = new ListData(items.Build(), ListOffsets.Of([0, column.Count]), nulls: null);
            return new Column(column.Name, new Sequence(column.Feature), list, RowIndex.All(1));
        }
    }

    /// <summary>Enumerates the rows in batches, by column (<c>iter</c>).</summary>
    /// <param name="batchSize">The number of rows in a batch; the last batch may have fewer.</param>
    /// <param name="dropLastBatch">Whether a last batch with fewer rows is dropped. Default false.</param>
    /// <returns>
    /// The batches. <see cref="StateDict"/> returns the position after the batch that was returned last. <see cref="Data.Batch.Start"/> is
    /// the index of the first row of a batch in the stream.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is below 1.</exception>
    public IEnumerable<Batch> Iter(int batchSize, bool dropLastBatch = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return Batches();

        IEnumerable<Batch> Batches()
        {
            foreach (var rows in this.Chunk(batchSize))
                if (rows.Length == batchSize || !dropLastBatch)
                    yield return new Batch(RowSet.Of(rows), rows[0].Index, rows.Length);
        }
    }

    /// <summary>Reads all rows into memory.</summary>
    /// <param name="cancellationToken">Checked before each row.</param>
    /// <exception cref="DatasetException">A row cannot be read, or the values of a column have different types.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public Dataset ToDataset(CancellationToken cancellationToken = default)
    {
        var rows = new List<Row>();
        foreach (var row in this)
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Add(row);
        }
        return new Dataset(
            rows.Count == 0 && Features is { } features ? ChangedColumns.NoRows(features) : RowSet.Of(rows), new DatasetFormat());
    }
}
