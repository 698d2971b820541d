namespace PeftSharp.Internal;

/// <summary>Several files that belong together: all are written in full beside their places before the first one takes its place.</summary>
/// <remarks>A full disk or a crash while writing leaves what stood there before; only the renames at the end, which move no data, are apart from each other.</remarks>
internal sealed class StagedFiles : IDisposable
{
    private readonly List<(string Staged, string Final)> _files = [];

    /// <summary>Writes a file beside its place, flushed to the disk.</summary>
    /// <exception cref="IOException">The folder cannot be written or the disk is full.</exception>
    internal void Write(string path, Action<Stream> write)
    {
        var staged = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}.new";
        AtomicFile.Write(staged, write);
        _files.Add((staged, path));
    }

    /// <summary>Moves every file into its place, in the order written.</summary>
    internal void Commit()
    {
        while (_files.Count > 0)
        {
            File.Move(_files[0].Staged, _files[0].Final, overwrite: true);
            _files.RemoveAt(0);
        }
    }

    /// <summary>Deletes what was not committed.</summary>
    public void Dispose()
    {
        foreach (var (staged, _) in _files)
        {
            try { File.Delete(staged); }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }   // the error that led here is the one to report
        }
        _files.Clear();
    }
}
