namespace PeftSharp.Internal;

/// <summary>Several files that belong together: all are written in full beside their places before the first one takes its place.</summary>
/// <remarks>A full disk or a crash while writing leaves what stood there before; only the renames at the end, which move no data, are apart from each other.</remarks>
internal sealed class StagedFiles : IDisposable
{
    private readonly Queue<(FileStream Stream, string Staged, string Final)> _files = new();
    private readonly HashSet<string> _cleaned = new(StringComparer.Ordinal);

    /// <summary>Writes a file beside its place, flushed to the disk.</summary>
    /// <exception cref="IOException">The folder cannot be written or the disk is full; the message names the file.</exception>
    internal void Write(string path, Action<Stream> write)
    {
        Explain(path, () =>
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            if (_cleaned.Add(folder)) TemporaryEntry.RemoveAbandoned(folder);
            var stream = TemporaryEntry.Create(path, bufferSize: 1 << 16);
            _files.Enqueue((stream, stream.Name, path));          // stays open until it is moved: the open file says that a living process uses it
            try
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            catch
            {
                stream.Dispose();                            // here, where an error of writing the rest is explained too
                throw;
            }
        });
    }

    /// <summary>Moves every file into its place, in the order written.</summary>
    /// <exception cref="IOException">A file cannot be moved; those before it are in their places, and the others as they were.</exception>
    internal void Commit()
    {
        while (_files.TryPeek(out var file))
        {
            Explain(file.Final, () => File.Move(file.Staged, file.Final, overwrite: true));
            file.Stream.Dispose();
            _files.Dequeue();
        }
    }

    /// <summary>Deletes what was not committed.</summary>
    public void Dispose()
    {
        while (_files.TryDequeue(out var file))
        {
            try
            {
                file.Stream.Dispose();
                File.Delete(file.Staged);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }   // the error that led here is the one to report
        }
    }

    private static void Explain(string path, Action action)
    {
        try
        {
            action();
        }
        catch (Exception error) when (error is UnauthorizedAccessException or DirectoryNotFoundException)
        {
            throw new IOException($"'{path}' cannot be written ({error.Message}). Choose a folder that exists and that this user may write to.", error);
        }
        catch (ArgumentOutOfRangeException error) when (error.ParamName == "value")     // .NET's word for the system's EFBIG, in a write of a right length too
        {
            throw new IOException($"'{path}' was not written (it would be larger than the file system or a limit of this process allows); what stood there before is unchanged. Choose a folder on another file system, or raise the limit.", error);
        }
        catch (IOException error)
        {
            throw new IOException($"'{path}' was not written ({error.Message}); what stood there before is unchanged. Free space on the disk or choose another folder.", error);
        }
    }
}
