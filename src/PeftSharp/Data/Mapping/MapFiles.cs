namespace PeftSharp.Data;

/// <summary>
/// Writes the results of <c>Map</c> to the files of a saved dataset. One record batch and the results of two batches are in memory.
/// </summary>
internal sealed class MapFiles(string folder, Func<IReadOnlyCollection<string>, string?> keptColumn) : MapOutput(keptColumn), IDisposable
{
    private readonly DatasetWriter _writer = new(folder, maxShardBytes: long.MaxValue);
    private Task _writing = Task.CompletedTask;
    private long _rows;

    /// <summary>Writes the last rows.</summary>
    /// <returns>The number of rows.</returns>
    internal int Complete()
    {
        _writing.GetAwaiter().GetResult();
        _writer.Complete(new DatasetFormat(), split: null);
        return (int)_rows;
    }

    /// <summary>The SHA-256 hashes of the data files by name, after <see cref="Complete"/>.</summary>
    internal IReadOnlyDictionary<string, string> FileHashes => _writer.FileHashes;

    public void Dispose()
    {
        // After an exception, the task that writes the last result may still be running. The exception of this task is ignored.
        _writing.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default)
            .GetAwaiter().GetResult();
        _writer.Dispose();
    }

    /// <summary>Another thread writes while the next batch is computed.</summary>
    private protected override void Store(MapResult part)
    {
        _writing.GetAwaiter().GetResult();
        var rows = part.Columns.Values.FirstOrDefault()?.Count ?? 0;
        _rows = RowLimit.Require(_rows + rows, "The result of Map");
        Column[] columns = [.. part.Columns.Select(column => new Column(column.Key, column.Value))];
        _writing = Task.Run(() => _writer.Append(columns, 0, rows, part.Start));
    }
}
