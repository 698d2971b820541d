namespace PeftSharp.Data;

/// <summary>Opens a text file, and decompresses it if it is compressed with gzip, zstd or zip.</summary>
internal static class DataStream
{
    /// <summary>File extensions of compressed files.</summary>
    private static readonly string[] Extensions = [".gz", ".zip", ".zst", ".bz2", ".xz", ".lz4", ".br", ".7z"];

    /// <summary>The magic numbers of unsupported formats.</summary>
    private static readonly (byte[] Magic, string Kind)[] Unsupported =
    [
        ([0x42, 0x5A, 0x68], "compressed with bzip2"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "compressed with xz"),
        ([0x04, 0x22, 0x4D, 0x18], "compressed with lz4"), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive"),
    ];

    /// <summary>Removes the extension of a compressed file: returns rows.jsonl for rows.jsonl.gz.</summary>
    internal static string WithoutCompression(string file) =>
        Extensions.FirstOrDefault(extension => file.EndsWith(extension, StringComparison.OrdinalIgnoreCase)) is { } extension
            ? file[..^extension.Length]
            : file;

    /// <param name="input">The file, or the member of an archive.</param>
    /// <param name="reading">Cancels the reading of the file and reports its progress.</param>
    /// <exception cref="DatasetException">The compression is not supported, or the file is a Parquet file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file cannot be decompressed. Reading the stream also throws this exception if the file is damaged or truncated.
    /// </exception>
    internal static Stream Open(DataInput input, FileReading reading)
    {
        var (file, stream) = (input.File, new ObservedFileStream(input.File, reading));
        try
        {
            if (input.Member is { } member)
                return ZipMembers.Open(stream, member);
            Span<byte> start = stackalloc byte[6];
            start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
            stream.Position = 0;
            if (start.StartsWith("PAR1"u8))
                throw new DatasetException(
                    $"'{file}' is a Parquet file. Set DatasetLoadOptions.Format to \"parquet\", or use the extension .parquet.");
            foreach (var (magic, kind) in Unsupported)
                if (start.StartsWith(magic))
                    throw new DatasetException(
                        $"'{file}' is {kind}, which is not supported. Decompress it, or compress it with gzip or zstd.");
            if (file.EndsWith(".br", StringComparison.OrdinalIgnoreCase))
                throw new DatasetException(
                    $"'{file}' is compressed with brotli, which is not supported. Decompress it, or compress it with gzip or zstd.");
            return start.StartsWith<byte>([0x1F, 0x8B]) ? new CheckedGzip(stream)
                : start.StartsWith<byte>([0x28, 0xB5, 0x2F, 0xFD]) ? new CheckedZstd(stream)
                : stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }
}
