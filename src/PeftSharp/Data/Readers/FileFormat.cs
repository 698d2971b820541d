using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The formats that can be read, and how a file is known to be in one.</summary>
internal static class FileFormat
{
    /// <summary>In order of preference: the first carries types, the last none.</summary>
    internal static readonly IReadOnlyList<string> Names = ["parquet", "json", "csv", "text"];

    private static readonly Dictionary<string, string> ByExtension = new(StringComparer.OrdinalIgnoreCase)
    {
        [".parquet"] = "parquet",
        [".json"] = "json",
        [".jsonl"] = "json",
        [".ndjson"] = "json",
        [".csv"] = "csv",
        [".tsv"] = "csv",
        [".txt"] = "text",
    };

    internal static string Extensions => string.Join(", ", ByExtension.Keys);

    internal static string? Of(string file) => ByExtension.GetValueOrDefault(Path.GetExtension(DataStream.WithoutCompression(file)));

    internal static string? Of(string file, LoadOptions options) => options.Format ?? Of(file);

    /// <exception cref="DatasetException">The file is malformed, lacks a chosen column, or its name tells no format.</exception>
    internal static Dataset Read(string file, LoadOptions options)
    {
        if (GitLfsPointer.IsPointer(file))
            throw new DatasetException(GitLfsPointer.Describe(file));
        var format = Of(file, options) ?? throw new DatasetException($"The name of '{file}' tells no format; name it with one of {Extensions}, or give LoadOptions.Format.");
        options.ValidateFor(format, file);
        var read = format switch
        {
            "parquet" => ParquetFileReader.Read(file, options),
            "json" => Decoding(file, () => JsonFileReader.Read(file, options)),
            "csv" => Decoding(file, () => CsvFileReader.Read(file, options)),
            _ => Decoding(file, () => TextFileReader.Read(file, options)),
        };
        if (options.Columns is { } columns)
            read = read.SelectColumns(ColumnChoice.Of(columns, read.ColumnNames, file));
        foreach (var (name, feature) in options.Features ?? new Dictionary<string, Feature>())
            if (options.Columns?.Contains(name) != false)
                read = Cast(read, name, feature, file);
        return read;
    }

    /// <summary>Runs a reader of text; bytes that are not UTF-8 or cannot be decompressed are the file's fault, not the program's.</summary>
    private static Dataset Decoding(string file, Func<Dataset> read)
    {
        try
        {
            return read();
        }
        catch (System.Text.DecoderFallbackException error)
        {
            throw new DatasetException($"'{file}' is not UTF-8 text ({error.Message}). Convert it, for instance with iconv.", error);
        }
        catch (InvalidDataException error)
        {
            throw new DatasetException($"'{file}' cannot be decompressed ({error.Message}); it is damaged or incomplete.", error);
        }
    }

    private static Dataset Cast(Dataset read, string name, Feature feature, string file)
    {
        try
        {
            return read.CastColumn(name, feature);
        }
        catch (DatasetException error)
        {
            throw new DatasetException($"'{file}': {error.Message}", error);
        }
    }
}
