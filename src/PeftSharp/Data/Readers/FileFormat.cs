using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The supported file formats, which are determined by the file extension.</summary>
internal static class FileFormat
{
    /// <summary>
    /// The formats in order of preference: those of published datasets, from typed to untyped, then that of saved datasets and caches.
    /// </summary>
    internal static readonly IReadOnlyList<string> Names = ["parquet", "json", "csv", "text", "arrow"];

    private static readonly Dictionary<string, string> ByExtension = new(StringComparer.OrdinalIgnoreCase)
    {
        [".parquet"] = "parquet",
        [".json"] = "json",
        [".jsonl"] = "json",
        [".ndjson"] = "json",
        [".csv"] = "csv",
        [".tsv"] = "csv",
        [".txt"] = "text",
        [".arrow"] = "arrow",
    };

    /// <summary>Kinds of files that <c>datasets</c> reads and this library does not.</summary>
    private static readonly Dictionary<string, string> Others = new(StringComparer.OrdinalIgnoreCase)
    {
        [".jpg"] = "images", [".jpeg"] = "images", [".png"] = "images", [".bmp"] = "images", [".gif"] = "images", [".webp"] = "images",
        [".tif"] = "images", [".tiff"] = "images", [".wav"] = "audio files", [".mp3"] = "audio files", [".flac"] = "audio files",
        [".ogg"] = "audio files", [".opus"] = "audio files", [".m4a"] = "audio files", [".mp4"] = "videos", [".mkv"] = "videos",
        [".webm"] = "videos", [".avi"] = "videos", [".mov"] = "videos", [".pdf"] = "PDF files", [".tar"] = "tar archives",
        [".xml"] = "XML files", [".h5"] = "HDF5 files", [".hdf5"] = "HDF5 files", [".conll"] = "CoNLL files",
        [".conllu"] = "CoNLL files",
    };

    internal static string Extensions => string.Join(", ", ByExtension.Keys);

    /// <summary>Whether the extension is that of data, whether this library reads it or not.</summary>
    internal static bool IsData(string file) => Of(file) is not null || OtherKind(file) is not null;

    /// <summary>The kind of a file that this library does not read. Null: it is read, or is not known as data.</summary>
    internal static string? OtherKind(string file) => Others.GetValueOrDefault(Path.GetExtension(file));

    internal static string? Of(string file) => ByExtension.GetValueOrDefault(Path.GetExtension(DataStream.WithoutCompression(file)));

    internal static string? Of(string file, DatasetLoadOptions options) => options.Format ?? Of(file);

    /// <exception cref="DatasetException">
    /// The file is malformed, has no column of <see cref="DatasetLoadOptions.Columns"/>, or its extension is not supported.
    /// </exception>
    internal static Dataset Read(string file, DatasetLoadOptions options)
    {
        var format = Require(file, options);
        var read = format switch
        {
            "parquet" => ParquetFileReader.Read(file, options),
            "arrow" => ArrowFileReader.Read(file, options),
            "json" => Decoding(file, () => JsonFileReader.Read(file, options)),
            "csv" => Decoding(file, () => CsvFileReader.Read(file, options)),
            _ => Decoding(file, () => TextFileReader.Read(file, options)),
        };
        options.Reading.OnCompleted(file);
        if (options.Columns is { } columns)
            read = read.SelectColumns(ColumnChoice.Of(columns, read.ColumnNames, file));
        foreach (var (name, feature) in options.Features ?? new Dictionary<string, Feature>())
            if (options.Columns?.Contains(name) != false)
                read = CastColumn(read, name, feature, file);
        return WithDeclaredFeatures(read, format, file, options);
    }

    /// <summary>
    /// Converts columns to the types of the dataset's card. Parquet and Arrow files have types of their own, so only class names are added.
    /// </summary>
    private static Dataset WithDeclaredFeatures(Dataset read, string format, string file, DatasetLoadOptions options)
    {
        foreach (var (name, declared) in options.DeclaredFeatures)
            if (read.ColumnNames.Contains(name) && options.Features?.ContainsKey(name) != true)
                try
                {
                    var isTyped = format is "parquet" or "arrow";
                    read = CastColumn(read, name, isTyped ? DeclaredClasses.Refine(read.Features[name], declared) : declared, file);
                }
                catch (DatasetException error)
                {
                    throw new DatasetException($"{error.Message} The type is that of the dataset's card; to read another type, set "
                        + "DatasetLoadOptions.Features.", error);
                }
        return read;
    }

    /// <summary>Returns the format of a file, and checks that the options belong to it.</summary>
    /// <exception cref="DatasetException">The file is a Git LFS pointer, or its extension is not supported.</exception>
    internal static string Require(string file, DatasetLoadOptions options)
    {
        if (GitLfsPointer.IsPointer(file))
            throw new DatasetException(GitLfsPointer.Describe(file));
        var format = Of(file, options) ?? throw new DatasetException(
            $"The format of '{file}' is unknown. Use one of the extensions {Extensions}, or set DatasetLoadOptions.Format.");
        options.ValidateFor(format, file);
        return format;
    }

    /// <summary>Calls a reader of text and converts exceptions of decoding and decompression to <see cref="DatasetException"/>.</summary>
    internal static T Decoding<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (System.Text.DecoderFallbackException error)
        {
            throw new DatasetException($"'{file}' is not UTF-8 text ({error.Message}). Convert it, for example with iconv.", error);
        }
        catch (InvalidDataException error)
        {
            throw new DatasetException($"'{file}' cannot be decompressed ({error.Message}). The file is damaged or incomplete.", error);
        }
    }

    private static Dataset CastColumn(Dataset read, string name, Feature feature, string file)
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
