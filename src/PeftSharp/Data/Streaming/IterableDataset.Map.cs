using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <content>Map and Filter.</content>
public sealed partial class IterableDataset
{
    /// <summary>Adds or replaces columns, computed row by row while the rows are enumerated (<c>map</c>).</summary>
    /// <typeparam name="TValue">The type of the values: <see cref="object"/>, or the common type of all values.</typeparam>
    /// <param name="function">
    /// Returns the values of the new columns of a row, by name. To continue the stream exactly at a stored position, the function must
    /// return the same values for the same row.
    /// </param>
    /// <param name="removeColumns">
    /// The original columns to remove. If the function returns a column with one of these names, the result contains the returned column.
    /// Default null: no column is removed.
    /// </param>
    /// <returns>
    /// The new stream. While it is enumerated, a <see cref="DatasetException"/> is thrown if the function throws an exception or returns a
    /// value of a type that is not supported, or if a column to remove does not exist.
    /// </returns>
    public IterableDataset Map<TValue>(Func<Row, IReadOnlyDictionary<string, TValue>> function, IEnumerable<string>? removeColumns = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Map((row, _) => function(row), removeColumns);
    }

    /// <summary>Adds or replaces columns, computed row by row by a function of the row and its index (<c>with_indices</c>).</summary>
    /// <inheritdoc cref="Map{TValue}(Func{Row, IReadOnlyDictionary{string, TValue}}, IEnumerable{string}?)"/>
    public IterableDataset Map<TValue>(
        Func<Row, int, IReadOnlyDictionary<string, TValue>> function, IEnumerable<string>? removeColumns = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return With(new MappedRows(_source, Values, removeColumns?.ToArray() ?? []));

        // A function that returns null is reported like a function that throws an exception.
        IEnumerable<KeyValuePair<string, object?>> Values(Row row, int index) => function(row, index) is { } values
            ? values.Select(value => KeyValuePair.Create(value.Key, (object?)value.Value))
            : null!;
    }

    /// <summary>Adds or replaces columns, computed batch by batch while the rows are enumerated.</summary>
    /// <typeparam name="TValue">
    /// The type of the columns: <see cref="object"/>, <see cref="Array"/>, or the common type of all columns.
    /// </typeparam>
    /// <param name="function">
    /// Returns the new columns of a batch, by name: each is a list with one value per row. The number of rows may change if all original
    /// columns are removed. To continue the stream exactly at a stored position, the function must return the same values for the same
    /// batch.
    /// </param>
    /// <param name="batched">
    /// Must be true, as for a function of a batch in Python. The argument distinguishes this overload from the overloads with a function of
    /// a row.
    /// </param>
    /// <param name="batchSize">
    /// The number of rows in a batch; the last batch may have fewer. A whole batch is read before its first row is returned. Default 1000.
    /// </param>
    /// <param name="removeColumns">
    /// The original columns to remove. If the function returns a column with one of these names, the result contains the returned column.
    /// Default null: no column is removed.
    /// </param>
    /// <returns>
    /// The new stream. While it is enumerated, a <see cref="DatasetException"/> is thrown if the function throws an exception or returns
    /// columns of different lengths, if the number of rows changes although an original column is kept, or if a column to remove does not
    /// exist.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="batched"/> is false.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is below 1.</exception>
    public IterableDataset Map<TValue>(
        Func<Batch, IReadOnlyDictionary<string, TValue>> function, bool batched, int batchSize = 1000,
        IEnumerable<string>? removeColumns = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        Dataset.RequireBatched(batched);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        string[] removed = [.. removeColumns ?? []];
        return With(new BlockRows(_source, "map", batchSize, dropLast: false, (columns, index) =>
        {
            var result = MapResult.OfBatch(new Batch(columns, (int)index, columns.RowCount), function);
            var created = new MapMemory(
                names => columns.Names.FirstOrDefault(name => !removed.Contains(name) && !names.Contains(name)));
            created.Add(result);
            return NewColumns.Replace(columns, created.Columns(), removed);
        }));
    }

    /// <summary>Returns the rows for which <paramref name="function"/> returns true, in order (<c>filter</c>).</summary>
    /// <param name="function">Returns whether a row is kept.</param>
    /// <returns>
    /// The new stream. While it is enumerated, a <see cref="DatasetException"/> is thrown if the function throws an exception.
    /// </returns>
    public IterableDataset Filter(Func<Row, bool> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Filter((row, _) => function(row));
    }

    /// <summary>Returns the rows for which a function of the row and its index returns true, in order (<c>with_indices</c>).</summary>
    /// <inheritdoc cref="Filter(Func{Row, bool})"/>
    public IterableDataset Filter(Func<Row, int, bool> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return With(new FilteredRows(_source, function));
    }

    /// <summary>
    /// Returns the rows for which <paramref name="function"/> returns true, in order. The function is called with batches of rows.
    /// </summary>
    /// <param name="function">Returns one value for each row of the batch: whether the row is kept.</param>
    /// <param name="batched">
    /// Must be true, as for a function of a batch in Python. The argument distinguishes this overload from the overloads with a function of
    /// a row.
    /// </param>
    /// <param name="batchSize">The number of rows in a batch; the last batch may have fewer. Default 1000.</param>
    /// <returns>
    /// The new stream. While it is enumerated, a <see cref="DatasetException"/> is thrown if the function throws an exception, or if it
    /// does not return exactly one value for each row of the batch.
    /// </returns>
    /// <exception cref="ArgumentException"><paramref name="batched"/> is false.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> is below 1.</exception>
    public IterableDataset Filter(Func<Batch, IEnumerable<bool>> function, bool batched, int batchSize = 1000)
    {
        ArgumentNullException.ThrowIfNull(function);
        Dataset.RequireBatched(batched);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return With(new BlockRows(_source, "filter", batchSize, dropLast: false, (columns, index) =>
        {
            var rows = $"{MapResult.RowsText(index, columns.RowCount)} of the stream";
            var kept = MapResult.Call(() => function(new Batch(columns, (int)index, columns.RowCount)).ToArray(), rows);
            if (kept.Length != columns.RowCount)
                throw new DatasetException(
                    $"The function returned {Quantity.Of(kept.Length, "value")} for {Quantity.Of(columns.RowCount, "row")} ({rows}). "
                    + "Return one value per row.");
            int[] chosen = [.. Enumerable.Range(0, kept.Length).Where(row => kept[row])];
            return columns.SelectRows(chosen.Length, index => index.Pick(chosen));
        }, features: known => known));
    }

    /// <summary>Applies an operation of datasets to blocks of rows.</summary>
    /// <param name="name">The name of the operation, with its arguments.</param>
    /// <param name="size">The number of rows in a block.</param>
    /// <param name="function">The operation, which does not depend on other rows and does not change their number.</param>
    internal IterableDataset MapBlocks(string name, int size, Func<Dataset, Dataset> function) =>
        With(new BlockRows(_source, name, size, dropLast: false,
            (columns, _) => function(new Dataset(columns, new DatasetFormat())).Formatted, countOf: rows => rows));
}
