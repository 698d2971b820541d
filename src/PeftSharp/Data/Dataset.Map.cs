namespace PeftSharp.Data;

public sealed partial class Dataset
{
    private const int RowsPerTask = 1000;

    /// <summary>New or changed columns, computed row by row: <c>dataset.Map(row => new Dictionary&lt;string, object?&gt; { ["length"] = row.Text("text").Length })</c>.</summary>
    /// <typeparam name="TValue">What the dictionaries hold: object, or one type where all values are of it.</typeparam>
    /// <param name="function">From a row to its values of new or changed columns, by name; the same names and types for every row.</param>
    /// <param name="removeColumns">Columns to drop afterwards.</param>
    /// <param name="numProc">How many threads call <paramref name="function"/>; with more than one it must be safe to call from several at once. The rows keep their order.</param>
    /// <param name="progress">Told after every thousand rows.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <exception cref="DatasetException">The function failed (the message names the row, the inner error is the function's), or its values do not fit.</exception>
    public Dataset Map<TValue>(Func<Row, IReadOnlyDictionary<string, TValue>> function, IEnumerable<string>? removeColumns = null, int numProc = 1,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Map((row, _) => function(row), removeColumns, numProc, progress, cancellationToken);
    }

    /// <summary>The same with the row's number as second argument: <c>with_indices</c>.</summary>
    /// <inheritdoc cref="Map{TValue}(Func{Row, IReadOnlyDictionary{string, TValue}}, IEnumerable{string}?, int, IProgress{MapProgress}?, CancellationToken)"/>
    public Dataset Map<TValue>(Func<Row, int, IReadOnlyDictionary<string, TValue>> function, IEnumerable<string>? removeColumns = null, int numProc = 1,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        var shown = _shown;
        var work = new ParallelRows(Count, RowsPerTask, numProc, progress, cancellationToken);
        var parts = work.Run((start, count) => MapResult.OfRows(shown, start, count, function, cancellationToken));
        return Assemble(parts, removeColumns);
    }

    /// <summary>New or changed columns, computed for many rows at a time: <c>dataset.Map(batch => tokenizer.Encode(batch.Text("text")).ToColumns(), batched: true)</c>.</summary>
    /// <typeparam name="TValue">What the dictionaries hold: object, Array, or one type where all columns are of it.</typeparam>
    /// <param name="function">From some rows to the values of new or changed columns, by name: for each a list with one value per row. The number of rows may change where no old column stays.</param>
    /// <param name="batched">True: says that the function takes many rows, as in Python.</param>
    /// <param name="batchSize">How many rows at a time; the last batch may be smaller.</param>
    /// <param name="removeColumns">Columns to drop.</param>
    /// <param name="numProc">How many threads call <paramref name="function"/>; with more than one it must be safe to call from several at once. The rows keep their order.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException"><paramref name="batched"/> is false: a function of one row takes a <see cref="Row"/>.</exception>
    /// <exception cref="DatasetException">The function failed (the message names the rows, the inner error is the function's), or its values do not fit.</exception>
    public Dataset Map<TValue>(Func<Batch, IReadOnlyDictionary<string, TValue>> function, bool batched, int batchSize = 1000, IEnumerable<string>? removeColumns = null,
        int numProc = 1, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        RequireBatched(batched);
        var removed = removeColumns?.ToArray() ?? [];
        var work = new ParallelRows(Count, batchSize, numProc, progress, cancellationToken);
        var parts = work.Run((start, count) => MapResult.OfBatch(Rows(start, count), function));
        return Assemble(parts, removed);
    }

    /// <summary>The rows for which <paramref name="function"/> is true, in their order.</summary>
    /// <param name="function">Whether a row stays.</param>
    /// <param name="numProc">How many threads call <paramref name="function"/>.</param>
    /// <param name="progress">Told after every thousand rows.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <exception cref="DatasetException">The function failed; the message names the row, the inner error is the function's.</exception>
    public Dataset Filter(Func<Row, bool> function, int numProc = 1, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Filter((row, _) => function(row), numProc, progress, cancellationToken);
    }

    /// <summary>The same with the row's number as second argument: <c>with_indices</c>.</summary>
    /// <inheritdoc cref="Filter(Func{Row, bool}, int, IProgress{MapProgress}?, CancellationToken)"/>
    public Dataset Filter(Func<Row, int, bool> function, int numProc = 1, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        var shown = _shown;
        var work = new ParallelRows(Count, RowsPerTask, numProc, progress, cancellationToken);
        var parts = work.Run((start, count) => Enumerable.Range(start, count).Where(row =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return MapResult.Call(() => function(new Row(shown, row), row), $"row {row}");
        }).ToArray());
        return Select(parts.SelectMany(rows => rows));
    }

    /// <summary>The rows for which <paramref name="function"/> gives true, many rows at a time.</summary>
    /// <param name="function">For each row of the batch whether it stays.</param>
    /// <param name="batched">True: says that the function takes many rows, as in Python.</param>
    /// <param name="batchSize">How many rows at a time; the last batch may be smaller.</param>
    /// <param name="numProc">How many threads call <paramref name="function"/>.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <exception cref="ArgumentException"><paramref name="batched"/> is false: a function of one row takes a <see cref="Row"/>.</exception>
    /// <exception cref="DatasetException">The function failed, or gave another number of answers than it got rows.</exception>
    public Dataset Filter(Func<Batch, IEnumerable<bool>> function, bool batched, int batchSize = 1000, int numProc = 1,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        RequireBatched(batched);
        var work = new ParallelRows(Count, batchSize, numProc, progress, cancellationToken);
        var parts = work.Run((start, count) =>
        {
            var rows = $"rows {start} to {start + count - 1}";
            var kept = MapResult.Call(() => function(Rows(start, count)).ToArray(), rows);
            return kept.Length == count
                ? Enumerable.Range(start, count).Where(row => kept[row - start]).ToArray()
                : throw new DatasetException($"The function gave {kept.Length} answers for {rows}, which are {count}; give one per row.");
        });
        return Select(parts.SelectMany(rows => rows));
    }

    private static void RequireBatched(bool batched)
    {
        if (!batched)
            throw new ArgumentException("A function of a Batch needs batched: true; for a function of one row leave the argument out and take a Row.", nameof(batched));
    }

    /// <summary>The old columns that stay (replaced ones in their place), then the new ones.</summary>
    private Dataset Assemble(MapResult[] parts, IEnumerable<string>? removeColumns)
    {
        var removed = removeColumns?.ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var name in removed)
            _ = _columns[name];
        var made = MapResult.Join(parts);
        var kept = _columns.All.Where(column => !removed.Contains(column.Name) && !made.ContainsKey(column.Name)).ToArray();
        var rows = kept.Length > 0 || made.Count == 0 ? Count : made.First().Value.Count;
        if (kept.Length > 0)
            foreach (var part in parts)
                part.RequireRows(kept[0].Name);
        var columns = _columns.All.Where(column => !removed.Contains(column.Name) || made.ContainsKey(column.Name)).Select(column => made.GetValueOrDefault(column.Name, column))
            .Concat(made.Values.Where(column => !_columns.Contains(column.Name)));
        return new(columns, rows, Format.Follow(name => removed.Contains(name) && !made.ContainsKey(name) ? null : name));
    }
}
