namespace PeftSharp.Data;

/// <summary>Calls a function for each row that is written, reports the progress and names the column and row of an error.</summary>
internal sealed class RowLoop(IProgress<MapProgress>? progress, CancellationToken cancellationToken)
{
    internal const int RowsPerReport = 1000;

    internal void Run(int rows, Action<int> write) => RunBatches(rows, (start, count) =>
    {
        for (var row = start; row < start + count; row++)
            write(row);
    });

    /// <summary>Calls a function for each batch, with the index of the first row and the number of rows.</summary>
    internal void RunBatches(int rows, Action<int, int> write) => RunBatches(0, rows, rows, (start, count) =>
    {
        write(start, count);
        return true;
    });

    /// <summary>Calls a function for batches of a range of rows, until the function returns false.</summary>
    /// <param name="start">The first row.</param>
    /// <param name="end">The end of the range.</param>
    /// <param name="rows">The number of all rows, for the progress.</param>
    /// <param name="write">Receives the index of the first row of a batch and the number of rows.</param>
    /// <returns>The index after the last row that was written.</returns>
    internal int RunBatches(int start, int end, int rows, Func<int, int, bool> write)
    {
        while (start < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(RowsPerReport, end - start);
            var goesOn = write(start, count);
            start += count;
            progress?.Report(new MapProgress(start, rows));
            if (!goesOn) break;
        }
        return start;
    }

    /// <summary>Returns the exception for a value that the format cannot represent.</summary>
    internal static DatasetException Refusal(Column column, int row, string reason, Exception? inner = null) =>
        new($"Column '{column.Name}', row {row}: {reason}", inner);
}
