namespace PeftSharp.Internal;

/// <summary>Files that are whole or absent: written beside their place, flushed to the disk, renamed.</summary>
internal static class AtomicFile
{
    /// <summary>Writes <paramref name="path"/> through <paramref name="write"/>; where that throws, what stood there before stays and nothing is left beside it.</summary>
    /// <exception cref="IOException">The folder cannot be written or the disk is full; the message names the file.</exception>
    internal static void Write(string path, Action<Stream> write)
    {
        var temporary = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error)
        {
            TryDelete(temporary);
            if (error is UnauthorizedAccessException or DirectoryNotFoundException)
                throw new IOException($"'{path}' cannot be written ({error.Message}). Choose a folder that exists and that this user may write to.", error);
            if (error is IOException)
                throw new IOException($"'{path}' was not written ({error.Message}); what stood there before is unchanged. Free space on the disk or choose another folder.", error);
            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    internal static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    private static void TryDelete(string path)
    {
        try { File.Delete(path); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { }   // the first error is the one to report
    }
}
