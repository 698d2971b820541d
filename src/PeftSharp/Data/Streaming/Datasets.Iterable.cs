namespace PeftSharp.Data;

/// <content>Combinations of streams.</content>
public static partial class Datasets
{
    /// <summary>Returns the rows of several streams, one stream after the other (<c>concatenate_datasets</c>).</summary>
    /// <exception cref="ArgumentException">The list is empty.</exception>
    /// <exception cref="DatasetException">
    /// The columns of the streams are known before the rows are read, and the columns or their types differ.
    /// </exception>
    public static IterableDataset ConcatenateDatasets(params IReadOnlyList<IterableDataset> datasets)
    {
        RequireAny(datasets);
        var all = new ConcatenatedRows([.. datasets.Select(dataset => dataset.Source)]);
        _ = all.Features;
        return new IterableDataset(all);
    }

    /// <summary>Interleaves the rows of several streams, alternately or randomly (<c>interleave_datasets</c>).</summary>
    /// <remarks>
    /// The order is the same as in Python's streams: with <see cref="StoppingStrategy.FirstExhausted"/>, the result ends directly after the
    /// last row of the stream that ends first. Datasets that are not streams are different, in Python as well: if they alternate with this
    /// strategy, <see cref="InterleaveDatasets(IReadOnlyList{Dataset}, IReadOnlyList{double}?, long?, StoppingStrategy)"/> returns equally
    /// many rows of each dataset.
    /// </remarks>
    /// <param name="datasets">The streams, with the same columns and types.</param>
    /// <param name="probabilities">
    /// For each stream, the probability that the next row is a row of this stream. The sum of the probabilities must be 1. Null: the
    /// streams alternate.
    /// </param>
    /// <param name="seed">The seed of the random choice, at least 0. Null: a different order for each call of this method.</param>
    /// <param name="stoppingStrategy">When to stop. Default: as soon as one of the streams has no more rows.</param>
    /// <exception cref="ArgumentException">The list is empty, or the probabilities, the strategy or the seed are invalid.</exception>
    /// <exception cref="DatasetException">
    /// The columns of the streams are known before the rows are read, and the columns or their types differ.
    /// </exception>
    public static IterableDataset InterleaveDatasets(
        IReadOnlyList<IterableDataset> datasets, IReadOnlyList<double>? probabilities = null, long? seed = null,
        StoppingStrategy stoppingStrategy = StoppingStrategy.FirstExhausted)
    {
        RequireAny(datasets);
        Interleaving.RequireStrategy(stoppingStrategy);
        if (probabilities is not null)
            Interleaving.RequireProbabilities(probabilities, datasets.Count, stoppingStrategy);
        var all = new InterleavedRows([.. datasets.Select(dataset => dataset.Source)],
            probabilities is null ? null : Interleaving.Cumulative(probabilities),
            probabilities is null ? null : new StreamSeed(seed), stoppingStrategy);
        _ = all.Features;
        return new IterableDataset(all);
    }

    /// <summary>
    /// Concatenates the <c>input_ids</c> of all rows of a stream and splits them into blocks of equal length, for language modeling; see
    /// <see cref="GroupTexts(Dataset, int)"/>. An incomplete last block is dropped.
    /// </summary>
    /// <param name="dataset">The tokenized stream; columns other than <c>input_ids</c> are ignored.</param>
    /// <param name="blockSize">The number of tokens of a block; at least 1.</param>
    /// <returns>
    /// A stream with the column <c>input_ids</c>. While it is enumerated, a <see cref="DatasetException"/> is thrown if a row has no column
    /// <c>input_ids</c>, or if the value in this column is not a list of integers.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="blockSize"/> is below 1.</exception>
    public static IterableDataset GroupTexts(IterableDataset dataset, int blockSize)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockSize, 1);
        return new IterableDataset(new GroupedTexts(dataset.Source, blockSize));
    }

    private static void RequireAny(IReadOnlyList<IterableDataset> datasets)
    {
        ArgumentNullException.ThrowIfNull(datasets);
        if (datasets.Count == 0)
            throw new ArgumentException("The list of datasets is empty. Pass at least one dataset.", nameof(datasets));
    }
}
