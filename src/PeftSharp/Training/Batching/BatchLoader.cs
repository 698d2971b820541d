using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>Which rows make which batch, and rows to batches.</summary>
internal sealed class BatchLoader(IDataCollator collator, TrainingArguments arguments)
{
    /// <summary>Whether labels come from a column of the data; false for collators that may make them.</summary>
    internal bool ReadsLabels => collator is DefaultCollator or PaddingCollator;

    /// <summary>Whether the collator is the caller's own, which may read any column.</summary>
    internal bool IsOwn => collator is not (DefaultCollator or PaddingCollator or LanguageModelingCollator or FlatteningCollator);

    /// <summary>The batches of an epoch, as row numbers. Grouping by length draws from the main random stream.</summary>
    /// <param name="rows">Number of training rows.</param>
    /// <param name="lengths">Length of each row; read only when rows are grouped by length.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    internal IReadOnlyList<int[]> Epoch(int rows, IReadOnlyList<int>? lengths, int epoch)
    {
        var (size, seed) = (arguments.PerDeviceTrainBatchSize, arguments.DataSeed ?? arguments.Seed);
        var order = arguments.TrainSamplingStrategy switch
        {
            SamplingStrategy.Sequential => [.. Enumerable.Range(0, rows)],
            SamplingStrategy.GroupByLength => RowOrder.GroupedByLength(lengths!, size * arguments.GradientAccumulationSteps),
            _ => RowOrder.Random(rows, seed, epoch),
        };
        var batches = order.Chunk(size);
        return [.. arguments.DataloaderDropLast ? batches.Where(batch => batch.Length == size) : batches];
    }

    /// <summary>All rows in their order, in batches; a last one that is not full is left out where that is asked for and another is there.</summary>
    internal static IReadOnlyList<int[]> InOrder(int rows, int batchSize, bool dropLast) =>
        [.. Enumerable.Range(0, dropLast && rows >= batchSize ? rows - rows % batchSize : rows).Chunk(batchSize)];

    /// <summary>The batches of these rows in turn, made ahead where that is asked for and the collator draws no random numbers.</summary>
    internal BatchQueue Queue(Dataset dataset, IEnumerable<int[]> batches) => new(this, dataset, batches, collator.DrawsRandomNumbers ? 0 : arguments.DataloaderNumWorkers);

    /// <summary>One batch, on the CPU.</summary>
    internal ModelInputs Load(Dataset dataset, IReadOnlyList<int> rows) => collator.Collate([.. rows.Select(row => dataset[row])]);
}
