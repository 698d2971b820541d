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

    internal static string? Of(string file) => ByExtension.GetValueOrDefault(Path.GetExtension(file));

    /// <exception cref="DatasetException">The file is malformed, or its name tells no format.</exception>
    internal static Dataset Read(string file, LoadOptions options)
    {
        var read = (options.Format ?? Of(file)) switch
        {
            "parquet" => ParquetFileReader.Read(file),
            "json" => JsonFileReader.Read(file, options.Field),
            "csv" => CsvFileReader.Read(file, options),
            "text" => TextFileReader.Read(file, options),
            _ => throw new DatasetException($"The name of '{file}' tells no format; name it with one of {Extensions}, or give LoadOptions.Format."),
        };
        foreach (var (name, feature) in options.Features ?? new Dictionary<string, Feature>())
            read = Cast(read, name, feature, file);
        return read;
    }

    /// <summary>Runs a reader; bytes that are no UTF-8 are the file's fault, not the program's.</summary>
    internal static T Decoding<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (System.Text.DecoderFallbackException error)
        {
            throw new DatasetException($"'{file}' is not UTF-8 text ({error.Message}). Convert it, for instance with iconv.", error);
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
