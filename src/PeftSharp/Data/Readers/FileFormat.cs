using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The supported file formats, which are determined by the file extension.</summary>
internal static class FileFormat
{
    /// <summary>
    /// The formats in order of preference: the formats of published datasets, typed formats before untyped ones; then Arrow, the format of
    /// saved datasets and caches.
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

    /// <summary>Returns whether the extension is used for data files, including formats that this library does not read.</summary>
    internal static bool IsData(string file) => Of(file) is not null || IsArchive(file) || OtherKind(file) is not null;

    /// <summary>
    /// Returns the kind of a data file that this library does not read. Null: the library reads the format, or the extension is unknown.
    /// </summary>
    internal static string? OtherKind(string file) => Others.GetValueOrDefault(Path.GetExtension(file));

    internal static string? Of(string file) => ByExtension.GetValueOrDefault(Path.GetExtension(DataStream.WithoutCompression(file)));

    /// <summary>
    /// Returns whether a file is a zip archive whose name does not contain the format of its members: true for data.zip, false for
    /// rows.csv.zip.
    /// </summary>
    internal static bool IsArchive(string file) =>
        file.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) && Of(file) is null;

    internal static string? Of(string file, DatasetLoadOptions options) => options.Format ?? Of(file);

    /// <exception cref="DatasetException">
    /// The file is malformed, has no column of <see cref="DatasetLoadOptions.Columns"/>, or its extension is not supported.
    /// </exception>
    internal static Dataset Read(string file, DatasetLoadOptions options)
    {
        if (GitLfsPointer.IsPointer(file))
            throw new DatasetException(GitLfsPointer.Describe(file));
        var read = ZipMembers.IsArchive(file) ? ReadMembers(file, options) : ReadOne(new DataInput(file), Of(file, options), options);
        options.Reading.OnCompleted(file);
        return read;
    }

    private static Dataset ReadMembers(string file, DatasetLoadOptions options)
    {
        var (members, format) = ZipMembers.Find(file, options.Format);
        var parts = members.Select(member => ReadOne(member, format, options)).ToArray();
        var filled = parts.Where(part => part.Count > 0).ToArray();
        try
        {
            return filled.Length == 0 ? parts[0] : Datasets.ConcatenateDatasets(filled);
        }
        catch (DatasetException error)
        {
            throw new DatasetException($"The files in '{file}' ({string.Join(", ", members.Select(member => member.Member))}) have "
                + $"different columns or types. {error.Message} Set the types with DatasetLoadOptions.Features.", error);
        }
    }

    private static Dataset ReadOne(DataInput input, string? format, DatasetLoadOptions options)
    {
        var name = input.ToString();
        format = Require(name, format, options);
        var read = format switch
        {
            "parquet" or "arrow" when input.Member is not null => throw new DatasetException(
                $"'{name}' is read as {format}, but it is in a zip archive. Extract the archive; such files have internal compression."),
            "parquet" => ParquetFileReader.Read(input.File, options),
            "arrow" => ArrowFileReader.Read(input.File, options),
            "json" => Decoding(name, () => JsonFileReader.Read(input, options)),
            "csv" => Decoding(name, () => CsvFileReader.Read(input, options)),
            _ => Decoding(name, () => TextFileReader.Read(input, options)),
        };
        if (options.Columns is { } columns)
            read = read.SelectColumns(ColumnChoice.Of(columns, read.ColumnNames, name));
        foreach (var (column, feature) in options.Features ?? new Dictionary<string, Feature>())
            if (options.Columns?.Contains(column) != false)
                read = CastColumn(read, column, feature, name);
        return WithDeclaredFeatures(read, format, name, options);
    }

    /// <summary>
    /// Converts columns to the types that the dataset card declares. Parquet and Arrow files contain types, so only class names are added.
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
                    throw new DatasetException($"{error.Message} The dataset card declares this type. To read another type, set "
                        + "DatasetLoadOptions.Features.", error);
                }
        return read;
    }

    /// <summary>Returns the format of a file that is read as a stream, and checks that the options belong to it.</summary>
    /// <exception cref="DatasetException">The file is a Git LFS pointer or a zip archive, or its extension is not supported.</exception>
    internal static string RequireStreamable(string file, DatasetLoadOptions options)
    {
        if (GitLfsPointer.IsPointer(file))
            throw new DatasetException(GitLfsPointer.Describe(file));
        if (ZipMembers.IsArchive(file))
            throw new DatasetException(
                $"'{file}' is a zip archive, which cannot be streamed. Extract it, or load it with Datasets.LoadDataset.");
        return Require(file, Of(file, options), options);
    }

    private static string Require(string name, string? format, DatasetLoadOptions options)
    {
        if (format is null)
            throw new DatasetException(
                $"The format of '{name}' is unknown. Use one of the extensions {Extensions}, or set DatasetLoadOptions.Format.");
        options.ValidateFor(format, name);
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
