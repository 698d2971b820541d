using System.IO.Compression;
using PeftSharp.Internal;
using ZstdSharp;

namespace PeftSharp.Data;

/// <summary>Writes a data file under a temporary name and renames it at the end. The extension determines the compression.</summary>
internal static class OutputFile
{
    private static readonly string[] Unsupported = [".zip", ".bz2", ".xz", ".lz4", ".br", ".7z"];

    /// <param name="path">The path. With the extension .gz or .zst, the file is compressed.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="ArgumentException">The compression of the extension is not supported.</exception>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    internal static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var extension = Path.GetExtension(path).ToLowerInvariant();
        if (Unsupported.Contains(extension))
            throw new ArgumentException(
                $"'{path}': files cannot be compressed as {extension}. Use the extension .gz or .zst, or do not compress the file.",
                nameof(path));
        AtomicFile.Write(path, file =>
        {
            switch (extension)
            {
                case ".gz":
                    using (var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true))
                        write(gzip);
                    break;
                case ".zst":
                    using (var zstd = new CompressionStream(file, leaveOpen: true))
                        write(zstd);
                    break;
                default:
                    write(file);
                    break;
            }
        });
    }
}
