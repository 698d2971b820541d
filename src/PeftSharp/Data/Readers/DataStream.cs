using System.IO.Compression;

namespace PeftSharp.Data;

/// <summary>Opens a text file, and decompresses it if it is compressed with gzip or zip.</summary>
internal static class DataStream
{
    /// <summary>File extensions of compressed files.</summary>
    private static readonly string[] Extensions = [".gz", ".zip", ".zst", ".bz2", ".xz", ".lz4", ".br", ".7z"];

    /// <summary>The magic numbers of unsupported formats.</summary>
    private static readonly (byte[] Magic, string Kind)[] Unsupported =
    [
        ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd"), ([0x42, 0x5A, 0x68], "compressed with bzip2"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "compressed with xz"),
        ([0x04, 0x22, 0x4D, 0x18], "compressed with lz4"), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
    ];

    /// <summary>Removes the extension of a compressed file: rows.jsonl.gz is rows.jsonl.</summary>
    internal static string WithoutCompression(string file) =>
        Extensions.FirstOrDefault(extension => file.EndsWith(extension, StringComparison.OrdinalIgnoreCase)) is { } extension
            ? file[..^extension.Length]
            : file;

    /// <exception cref="DatasetException">The compression is not supported, or the file is a Parquet file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file cannot be decompressed. Reading the stream of a gzip file also throws it.
    /// </exception>
    internal static Stream Open(string file, FileReading reading)
    {
        var stream = new ObservedFileStream(file, reading);
        try
        {
            Span<byte> start = stackalloc byte[6];
            start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            stream.Position = 0;
            if (start.StartsWith("PAR1"u8))
                throw new DatasetException(
                    $"'{file}' is a Parquet file. Set DatasetLoadOptions.Format to \"parquet\", or use the extension .parquet.");
            foreach (var (magic, kind) in Unsupported)
                if (start.StartsWith(magic))
                    throw new DatasetException($"'{file}' is {kind}, which is not supported. Decompress it, or compress it with gzip.");
            if (file.EndsWith(".br", StringComparison.OrdinalIgnoreCase))
                throw new DatasetException(
                    $"'{file}' is compressed with brotli, which is not supported. Decompress it, or compress it with gzip.");
            return start.StartsWith<byte>([0x1F, 0x8B]) ? new CheckedGzip(stream)
                : start.StartsWith("PK\x03\x04"u8) ? OpenOnlyEntry(stream, file)
                : stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <remarks>The text is copied to memory, so that the archive can be closed.</remarks>
    private static MemoryStream OpenOnlyEntry(FileStream stream, string file)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
        if (archive.Entries.Count != 1)
            throw new DatasetException($"'{file}' is a zip archive of {archive.Entries.Count} files (an Excel workbook is also a zip "
                + "archive), but only archives of a single file are supported. Extract the files.");
        if (archive.Entries[0].Length > Array.MaxLength)
            throw new DatasetException($"'{file}' is a zip archive of a file of {archive.Entries[0].Length} bytes, "
                + $"but at most {Array.MaxLength} bytes are supported. Extract the file, or compress it with gzip.");
        var text = new MemoryStream();
        using (var entry = archive.Entries[0].Open())
            entry.CopyTo(text);
        if (text.Length != archive.Entries[0].Length)
            throw new InvalidDataException($"it contains {text.Length} of {archive.Entries[0].Length} bytes");
        text.Position = 0;
        return text;
    }
}
