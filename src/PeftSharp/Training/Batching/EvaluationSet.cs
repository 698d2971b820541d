using PeftSharp.Data;

namespace PeftSharp.Training.Batching;

/// <summary>An evaluation or test set: a dataset or a stream.</summary>
/// <param name="Name">The name of one of several sets; null if there is only one.</param>
/// <param name="Data">The rows with the columns that the model reads; of a stream, its first rows.</param>
/// <param name="Stream">The stream; null for a dataset.</param>
internal sealed record EvaluationSet(string? Name, Dataset Data, RowStream? Stream)
{
    /// <summary>Returns the batches of all rows, and the number of batches; 0 if the number is not known.</summary>
    /// <param name="loader">Collates rows into batches.</param>
    /// <param name="size">The number of rows in a batch.</param>
    /// <param name="dropLast">Whether an incomplete last batch is dropped, unless it is the only one.</param>
    internal (EpochBatches Batches, int Count) Open(BatchLoader loader, int size, bool dropLast)
    {
        if (Stream is not null)
            return (Stream.Open(loader, epoch: null, size, dropLast), Stream.RowCount is { } rows ? Count(rows, size, dropLast) : 0);
        var batches = BatchLoader.SequentialBatches(Data.Count, size, dropLast);
        return (loader.Open(Data, batches), batches.Count);
    }

    private static int Count(long rows, int size, bool dropLast) =>
        (int)Math.Min(int.MaxValue, dropLast && rows >= size ? rows / size : (rows + size - 1) / size);
}
