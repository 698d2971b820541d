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

    /// <summary>Calls a function for each batch of rows, with the index of its first row and their number.</summary>
    internal void RunBatches(int rows, Action<int, int> write)
    {
        for (var start = 0; start < rows; start += RowsPerReport)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(RowsPerReport, rows - start);
            write(start, count);
            progress?.Report(new MapProgress(start + count, rows));
        }
    }

    /// <summary>Returns the exception for a value that the format cannot represent.</summary>
    internal static DatasetException Refusal(Column column, int row, string reason, Exception? inner = null) =>
        new($"Column '{column.Name}', row {row}: {reason}", inner);
}
