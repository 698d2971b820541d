namespace PeftSharp.Data;

/// <summary>Cancels the reading of data files and reports its progress.</summary>
/// <remarks>Not thread-safe: the files are read one after another.</remarks>
internal sealed class FileReading(long totalBytes, IProgress<DatasetLoadProgress>? progress, CancellationToken cancellationToken)
{
    /// <summary>The number of bytes between two reports.</summary>
    private const long ReportInterval = 1 << 20;

    private long _completedFiles;
    private long _reported;

    /// <summary>Reading that is neither cancelled nor reported.</summary>
    internal static FileReading Unobserved { get; } = new(0, null, CancellationToken.None);

    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    internal void ThrowIfCancelled() => cancellationToken.ThrowIfCancellationRequested();

    /// <summary>Called after a part of a file was read.</summary>
    /// <param name="file">The file.</param>
    /// <param name="position">The number of bytes of the file that have been read.</param>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    internal void OnRead(string file, long position)
    {
        ThrowIfCancelled();
        if (progress is null || _completedFiles + position < _reported + ReportInterval)
            return;
        _reported = _completedFiles + position;
        progress.Report(new DatasetLoadProgress(_reported, totalBytes, file));
    }

    /// <summary>Called after a file was read.</summary>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    internal void OnCompleted(string file)
    {
        ThrowIfCancelled();
        if (progress is null)
            return;
        _reported = _completedFiles += new FileInfo(file).Length;
        progress.Report(new DatasetLoadProgress(_reported, totalBytes, file));
    }
}
