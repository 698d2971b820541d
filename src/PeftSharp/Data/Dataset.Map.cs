using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <content>Map and Filter.</content>
public sealed partial class Dataset
{
    private const int RowsPerTask = 1000;

    /// <summary>
    /// Adds or replaces columns, computed row by row: <c>dataset.Map(row => new Dictionary&lt;string, object?&gt; { ["length"] =
    /// row.GetString("text").Length })</c> (<c>map</c>).
    /// </summary>
    /// <typeparam name="TValue">The type of the values: <see cref="object"/>, or the common type of all values.</typeparam>
    /// <param name="function">
    /// Returns the values of the new columns of a row, by name. Names and types must be the same for all rows.
    /// </param>
    /// <param name="removeColumns">
    /// The original columns to remove. If the function returns a column with one of these names, the result contains the returned column.
    /// Default null: no column is removed.
    /// </param>
    /// <param name="numProc">
    /// The number of threads that call <paramref name="function"/>. If the number is above 1, the function must be thread-safe. The order
    /// of the rows does not change. Default 1.
    /// </param>
    /// <param name="cache">
    /// The folder in which the result is stored. If the folder already contains a result with the same key, data and arguments, that result
    /// is read, and the function is not called. Default null: the result is kept in memory.
    /// </param>
    /// <param name="progress">Receives a report after every 1,000 rows. Default null.</param>
    /// <param name="cancellationToken">Checked before each row.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numProc"/> is below 1.</exception>
    /// <exception cref="DatasetException">
    /// The function threw an exception (the message contains the row), the returned values have different names or types, or a column to
    /// remove does not exist.
    /// </exception>
    /// <exception cref="IOException">The folder of the cache cannot be written, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public Dataset Map<TValue>(
        Func<Row, IReadOnlyDictionary<string, TValue>> function, IEnumerable<string>? removeColumns = null, int numProc = 1,
        MapCache? cache = null, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Map((row, _) => function(row), removeColumns, numProc, cache, progress, cancellationToken);
    }

    /// <summary>Adds or replaces columns, computed row by row by a function of the row and its index (<c>with_indices</c>).</summary>
    /// <inheritdoc cref="Map{TValue}(Func{Row, IReadOnlyDictionary{string, TValue}}, IEnumerable{string}?, int, MapCache?,
    /// IProgress{MapProgress}?, CancellationToken)"/>
    public Dataset Map<TValue>(
        Func<Row, int, IReadOnlyDictionary<string, TValue>> function, IEnumerable<string>? removeColumns = null, int numProc = 1,
        MapCache? cache = null, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        var formatted = _formatted;
        var work = new ParallelRows(Count, RowsPerTask, numProc, progress, cancellationToken);
        return MapTo(cache, "rows", removeColumns, output => work.Run(
            (start, count) => MapResult.OfRows(formatted, start, count, function, cancellationToken), output.Add));
    }

    /// <summary>
    /// Adds or replaces columns, computed batch by batch: <c>dataset.Map(batch => tokenizer.Encode(batch.GetStrings("text")).ToColumns(),
    /// batched: true)</c>.
    /// </summary>
    /// <typeparam name="TValue">
    /// The type of the columns: <see cref="object"/>, <see cref="Array"/>, or the common type of all columns.
    /// </typeparam>
    /// <param name="function">
    /// Returns the new columns of a batch, by name: each is a list with one value per row. The number of rows may change if all original
    /// columns are removed or replaced.
    /// </param>
    /// <param name="batched">
    /// Must be true, as for a function of a batch in Python. The argument distinguishes this overload from the overloads with a function of
    /// a row.
    /// </param>
    /// <param name="batchSize">The number of rows in a batch; the last batch may have fewer. Default 1000.</param>
    /// <param name="removeColumns">
    /// The original columns to remove. If the function returns a column with one of these names, the result contains the returned column.
    /// Default null: no column is removed.
    /// </param>
    /// <param name="numProc">
    /// The number of threads that call <paramref name="function"/>. If the number is above 1, the function must be thread-safe. The order
    /// of the rows does not change. Default 1.
    /// </param>
    /// <param name="cache">
    /// The folder in which the result is stored. If the folder already contains a result with the same key, data and arguments, that result
    /// is read, and the function is not called. Default null: the result is kept in memory.
    /// </param>
    /// <param name="progress">Receives a report after every batch. Default null.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ArgumentException"><paramref name="batched"/> is false.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> or <paramref name="numProc"/> is below 1.</exception>
    /// <exception cref="DatasetException">
    /// The function threw an exception (the message contains the rows), the returned columns have different names, lengths or types, or a
    /// column to remove does not exist.
    /// </exception>
    /// <exception cref="IOException">The folder of the cache cannot be written, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public Dataset Map<TValue>(
        Func<Batch, IReadOnlyDictionary<string, TValue>> function, bool batched, int batchSize = 1000,
        IEnumerable<string>? removeColumns = null, int numProc = 1, MapCache? cache = null, IProgress<MapProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        RequireBatched(batched);
        var work = new ParallelRows(Count, batchSize, numProc, progress, cancellationToken);
        return MapTo(cache, $"batches of {batchSize} rows", removeColumns, output => work.Run(
            (start, count) => MapResult.OfBatch(Rows(start, count), function), output.Add));
    }

    /// <summary>Returns the rows for which <paramref name="function"/> returns true, in order (<c>filter</c>).</summary>
    /// <param name="function">Returns whether a row is kept.</param>
    /// <param name="numProc">
    /// The number of threads that call <paramref name="function"/>. If the number is above 1, the function must be thread-safe. Default 1.
    /// </param>
    /// <param name="progress">Receives a report after every 1,000 rows. Default null.</param>
    /// <param name="cancellationToken">Checked before each row.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="numProc"/> is below 1.</exception>
    /// <exception cref="DatasetException">The function threw an exception; the message contains the row.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public Dataset Filter(
        Func<Row, bool> function, int numProc = 1, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Filter((row, _) => function(row), numProc, progress, cancellationToken);
    }

    /// <summary>Returns the rows for which a function of the row and its index returns true, in order (<c>with_indices</c>).</summary>
    /// <inheritdoc cref="Filter(Func{Row, bool}, int, IProgress{MapProgress}?, CancellationToken)"/>
    public Dataset Filter(
        Func<Row, int, bool> function, int numProc = 1, IProgress<MapProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        var formatted = _formatted;
        var work = new ParallelRows(Count, RowsPerTask, numProc, progress, cancellationToken);
        var kept = new List<int>();
        work.Run((start, count) => Enumerable.Range(start, count).Where(row =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return MapResult.Call(() => function(new Row(formatted, row), row), $"row {row}");
        }).ToArray(), kept.AddRange);
        return Select(kept);
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
    /// <param name="numProc">
    /// The number of threads that call <paramref name="function"/>. If the number is above 1, the function must be thread-safe. Default 1.
    /// </param>
    /// <param name="progress">Receives a report after every batch. Default null.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <exception cref="ArgumentException"><paramref name="batched"/> is false.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="batchSize"/> or <paramref name="numProc"/> is below 1.</exception>
    /// <exception cref="DatasetException">
    /// The function threw an exception, or it did not return exactly one value for each row of the batch.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public Dataset Filter(Func<Batch, IEnumerable<bool>> function, bool batched, int batchSize = 1000, int numProc = 1,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        RequireBatched(batched);
        var work = new ParallelRows(Count, batchSize, numProc, progress, cancellationToken);
        var kept = new List<int>();
        work.Run((start, count) =>
        {
            var rows = MapResult.RowsText(start, count);
            var isKept = MapResult.Call(() => function(Rows(start, count)).ToArray(), rows);
            return isKept.Length == count
                ? Enumerable.Range(start, count).Where(row => isKept[row - start]).ToArray()
                : throw new DatasetException(
                    $"The function returned {Quantity.Of(isKept.Length, "value")} for {Quantity.Of(count, "row")} ({rows}). Return one "
                    + "value per row.");
        }, kept.AddRange);
        return Select(kept);
    }

    internal static void RequireBatched(bool batched)
    {
        if (!batched)
            throw new ArgumentException(
                "A function of a Batch requires batched: true. For a function of a Row, omit the argument.", nameof(batched));
    }

    /// <param name="cache">The folder of stored results; null: the result is kept in memory.</param>
    /// <param name="arguments">How the function is called, for the key of the stored result.</param>
    /// <param name="removeColumns">The columns that are removed.</param>
    /// <param name="run">Computes the results of all batches and adds them to the given output.</param>
    private Dataset MapTo(MapCache? cache, string arguments, IEnumerable<string>? removeColumns, Action<MapOutput> run)
    {
        var removed = removeColumns?.ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var name in removed)
            _ = _columns[name];
        if (cache is null || Count == 0)
        {
            var memory = new MapMemory(Kept);
            run(memory);
            return Assemble(memory.Columns(), removed);
        }
        var read = cache.ReadColumns is { } names ? names.Select(name => _columns[name]) : _formatted.All;
        var removal = string.Join(", ", removed.Order(StringComparer.Ordinal).Select(name => Internal.PythonJson.Quote(name)));
        var entry = new MapCacheEntry(cache, DatasetFingerprint.Of(read), $"{arguments}, without [{removal}]");
        return Assemble(entry.GetOrCreate(folder =>
        {
            using var files = new MapFiles(folder, Kept);
            run(files);
            return (files.Complete(), files.FileHashes);
        }), removed);

        string? Kept(IReadOnlyCollection<string> created) =>
            _columns.Names.FirstOrDefault(name => !removed.Contains(name) && !created.Contains(name));
    }

    /// <summary>Combines the remaining original columns (replaced columns keep their position) with the new columns.</summary>
    private Dataset Assemble(OrderedDictionary<string, Column> created, HashSet<string> removed)
    {
        var hasKept = _columns.Names.Any(name => !removed.Contains(name) && !created.ContainsKey(name));
        var rows = hasKept || created.Count == 0 ? Count : created.First().Value.Count;
        var columns = _columns.All.Where(column => !removed.Contains(column.Name) || created.ContainsKey(column.Name))
            .Select(column => created.GetValueOrDefault(column.Name, column))
            .Concat(created.Values.Where(column => !_columns.Contains(column.Name)));
        return new(columns, rows, Format.MapColumns(name => removed.Contains(name) && !created.ContainsKey(name) ? null : name));
    }
}
