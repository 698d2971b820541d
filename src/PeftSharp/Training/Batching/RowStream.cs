using System.Text.Json.Nodes;
using PeftSharp.Data;

namespace PeftSharp.Training.Batching;

/// <summary>A stream of rows for training or evaluation, with the columns that the model reads.</summary>
/// <param name="dataset">The stream.</param>
/// <param name="select">Selects the columns of some rows, and checks them.</param>
/// <param name="role">The purpose of the stream, such as <c>training</c>, for messages.</param>
internal sealed class RowStream(IterableDataset dataset, Func<Dataset, Dataset> select, string role)
{
    internal IterableDataset Dataset => dataset;

    /// <summary>The number of rows; null if it is not known.</summary>
    internal long? RowCount => dataset.RowCount;

    /// <summary>Reads the first rows, with the columns that the model reads.</summary>
    /// <exception cref="DatasetException">
    /// There are no rows, or the rows have no column that the model reads, or no labels although they are needed.
    /// </exception>
    internal static Dataset Head(IterableDataset dataset, int count, Func<Dataset, Dataset> select)
    {
        var rows = new List<Row>();
        using (var cursor = dataset.Source.Unshuffled.Open(dataset.Epoch, null))
            while (rows.Count < count && cursor.MoveNext())
                rows.Add(cursor.Current);
        return select(new Dataset(RowSet.Of(rows), new DatasetFormat()));
    }

    /// <summary>Opens the stream.</summary>
    /// <param name="loader">Collates rows into batches.</param>
    /// <param name="epoch">The epoch of a training run, from 0. Null: evaluation or prediction.</param>
    /// <param name="size">The number of rows in a batch.</param>
    /// <param name="dropLast">Whether an incomplete last batch is dropped.</param>
    /// <param name="state">A state of <see cref="EpochBatches.SaveState"/> of the same epoch; null: the start of the epoch.</param>
    internal EpochBatches Open(BatchLoader loader, int? epoch, int size, bool dropLast, JsonObject? state = null)
    {
        var (rows, index) = dataset.Track(epoch ?? dataset.Epoch, state);
        var collate = loader.Collator(epoch);
        return new StreamBatches(rows, index, batch => collate(Select(batch)), size, dropLast, keepOnly: epoch is null,
            loader.Prefetch);
    }

    private Row[] Select(IReadOnlyList<Row> rows)
    {
        Dataset selected;
        try
        {
            selected = select(new Dataset(RowSet.Of(rows), new DatasetFormat()));
        }
        catch (DatasetException error)
        {
            throw new DatasetException($"Rows {rows[0].Index} to {rows[^1].Index} of the {role} stream: {error.Message}", error);
        }
        return [.. rows.Select((row, i) => new Row(selected.Formatted, i, row.Index))];
    }
}
