namespace PeftSharp.Data;

/// <summary>Calls a function for each row that is written, reports the progress and names the column and row of an error.</summary>
internal sealed class RowLoop(IProgress<MapProgress>? progress, CancellationToken cancellationToken)
{
    private const int RowsPerReport = 1000;

    internal void Run(int rows, Action<int> write)
    {
        for (var row = 0; row < rows; row++)
        {
            if (row % RowsPerReport == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (row > 0)
                    progress?.Report(new MapProgress(row, rows));
            }
            write(row);
        }
        progress?.Report(new MapProgress(rows, rows));
    }

    /// <summary>The error for a value that the format cannot hold.</summary>
    internal static DatasetException Refusal(Column column, int row, string reason, Exception? inner = null) =>
        new($"Column '{column.Name}', row {row}: {reason}", inner);
}
