namespace PeftSharp.Internal;

/// <summary>Writes files atomically: to a temporary file in the same folder, which is flushed to the disk and renamed.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// Writes a file with <paramref name="write"/>. If the function throws, an existing file is unchanged, and the temporary file is
    /// deleted.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written or the disk is full; the message names the file.</exception>
    internal static void Write(string path, Action<Stream> write)
    {
        using var file = new StagedFiles();
        file.Write(path, write);
        file.Commit();
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    internal static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
