namespace PeftSharp.Internal;

/// <summary>Files that are whole or absent: written beside their place, flushed to the disk, renamed.</summary>
internal static class AtomicFile
{
    /// <summary>Writes <paramref name="path"/> through <paramref name="write"/>; where that throws, what stood there before stays and nothing is left beside it.</summary>
    /// <exception cref="IOException">The folder cannot be written or the disk is full; the message names the file.</exception>
    internal static void Write(string path, Action<Stream> write)
    {
        using var file = new StagedFiles();
        file.Write(path, write);
        file.Commit();
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    internal static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
