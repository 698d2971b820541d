namespace PeftSharp.Internal;

/// <summary>Replaces several files together: all are written completely to temporary files before the first is renamed.</summary>
/// <remarks>
/// After a full disk or a crash while writing, the existing files are unchanged. Only the renames at the end are not one atomic operation.
/// </remarks>
internal sealed class StagedFiles : IDisposable
{
    private readonly Queue<(FileStream Stream, string Staged, string Final)> _files = new();
    private readonly HashSet<string> _cleaned = new(StringComparer.Ordinal);

    /// <summary>Writes a temporary file in the folder of <paramref name="path"/> and flushes it to the disk.</summary>
    /// <exception cref="IOException">The folder cannot be written or the disk is full; the message names the file.</exception>
    internal void Write(string path, Action<Stream> write)
    {
        Explain(path, () =>
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            if (_cleaned.Add(folder)) TemporaryEntry.RemoveAbandoned(folder);
            var stream = TemporaryEntry.Create(path, bufferSize: 1 << 16);
            _files.Enqueue((stream, stream.Name, path));          // stays open until it is renamed, so that no other process removes it
            try
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            catch
            {
                stream.Dispose();                            // flushes; Explain also handles an error of this last write
                throw;
            }
        });
    }

    /// <summary>Renames the files to their final names, in the order in which they were written.</summary>
    /// <exception cref="IOException">
    /// A file cannot be renamed. The files before this file have been replaced; the others are unchanged.
    /// </exception>
    internal void Commit()
    {
        while (_files.TryPeek(out var file))
        {
            Explain(file.Final, () => File.Move(file.Staged, file.Final, overwrite: true));
            file.Stream.Dispose();
            _files.Dequeue();
        }
    }

    /// <summary>Deletes the files that were not committed.</summary>
    public void Dispose()
    {
        while (_files.TryDequeue(out var file))
        {
            try
            {
                file.Stream.Dispose();
                File.Delete(file.Staged);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }   // the original error is reported
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
            throw new IOException($"'{path}' cannot be written ({error.Message}). "
                + "Choose an existing folder that this user can write to.", error);
        }
        catch (ArgumentOutOfRangeException error) when (error.ParamName == "value")     // .NET's exception for EFBIG (file too large)
        {
            throw new IOException($"'{path}' was not written: it would exceed the maximum file size of the file system or this process. "
                + "An existing file is unchanged. "
                + "Choose a folder on another file system, or raise the limit.", error);
        }
        catch (IOException error)
        {
            throw new IOException($"'{path}' was not written ({error.Message}). An existing file is unchanged. "
                + "Free space on the disk or choose another folder.", error);
        }
    }
}
