using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>Determines the rows of each batch and collates them (PyTorch's <c>DataLoader</c>).</summary>
/// <param name="collator">Makes a batch of rows.</param>
/// <param name="arguments">The arguments of the run.</param>
/// <param name="model">Returns the model.</param>
internal sealed class BatchLoader(IDataCollator collator, TrainingArguments arguments, Func<PretrainedModel> model)
{
    /// <summary>Whether the labels come from a column of the data; false for collators that may create them.</summary>
    internal bool ReadsLabels => collator is DefaultDataCollator or DataCollatorWithPadding;

    /// <summary>Whether the collator is not one of this library. Such a collator may read any column.</summary>
    internal bool IsCustom =>
        collator is not (DefaultDataCollator or DataCollatorWithPadding or DataCollatorForLanguageModeling or DataCollatorWithFlattening);

    /// <summary>
    /// Returns the batches of an epoch, as row indices. <see cref="SamplingStrategy.GroupByLength"/> uses libtorch's default random number
    /// generator.
    /// </summary>
    /// <param name="rows">The number of training rows.</param>
    /// <param name="lengths">The length of each row; required for <see cref="SamplingStrategy.GroupByLength"/>.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    internal IReadOnlyList<int[]> EpochBatches(int rows, IReadOnlyList<int>? lengths, int epoch)
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

    /// <summary>
    /// Returns batches of all rows in order. With <paramref name="dropLast"/>, an incomplete last batch is dropped, unless it is the only
    /// one.
    /// </summary>
    internal static IReadOnlyList<int[]> SequentialBatches(int rows, int batchSize, bool dropLast) =>
        [.. Enumerable.Range(0, dropLast && rows >= batchSize ? rows - rows % batchSize : rows).Chunk(batchSize)];

    /// <summary>Returns a queue that collates the batches, with prefetching as configured if the collator uses no random numbers.</summary>
    /// <param name="dataset">The rows.</param>
    /// <param name="batches">The row indices of each batch.</param>
    /// <param name="epoch">The epoch of a training run, from 0. Null: evaluation or prediction.</param>
    internal BatchQueue Queue(Dataset dataset, IEnumerable<int[]> batches, int? epoch = null)
    {
        var collate = Collator(epoch);
        return new(indices => collate([.. indices.Select(row => dataset[row])]), batches, Prefetch);
    }

    /// <summary>Returns the remaining batches of an epoch.</summary>
    /// <param name="dataset">The rows.</param>
    /// <param name="batches">The row indices of each batch.</param>
    /// <param name="epoch">The epoch of a training run, from 0. Null: evaluation or prediction.</param>
    internal EpochBatches Open(Dataset dataset, IReadOnlyList<int[]> batches, int? epoch = null) =>
        new DatasetBatches(batches, Queue(dataset, batches, epoch));

    /// <summary>The number of batches that are prefetched.</summary>
    internal int Prefetch => collator.DrawsRandomNumbers ? 0 : arguments.DataloaderNumWorkers;

    /// <summary>The columns that the collator reads in addition to the inputs of the model.</summary>
    internal IReadOnlyList<string> ColumnNames => collator.ColumnNames;

    /// <summary>Returns a function that checks the token ids of rows and makes a batch of them.</summary>
    /// <param name="epoch">The epoch of a training run, from 0. Null: evaluation or prediction.</param>
    internal Func<IReadOnlyList<Row>, ModelInputs> Collator(int? epoch)
    {
        IReadOnlyList<InputSpec> inputs = IsCustom ? [] : TokenIdCheck.Inputs(model());       // a custom collator may replace the ids
        return rows =>
        {
            TokenIdCheck.Require(rows, inputs, epoch is null ? "data" : "training data");
            return epoch is { } training ? collator.CollateForTraining(rows, training) : collator.Collate(rows);
        };
    }
}
