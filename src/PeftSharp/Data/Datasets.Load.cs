namespace PeftSharp.Data;

public static partial class Datasets
{
    /// <summary>Reads a file, or the files of a folder, into data sets by split: <c>LoadDataset("data/imdb")["train"]</c>.</summary>
    /// <remarks>
    /// A single file is the split "train". In a folder the names of files or subfolders tell their split (train, training; validation, valid, dev, val;
    /// test, testing, eval, evaluation), and files named <c>name-00000-of-00003</c> belong together; where no name tells one, all files are "train".
    /// Where a folder holds several formats, the first of Parquet, JSON, CSV, text is read, if it has every split that the others have.
    /// </remarks>
    /// <param name="path">A file or a folder.</param>
    /// <param name="options">How to read it; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="DatasetException">There is nothing to read, several formats hold different splits, or a file is malformed; the message names file and line.</exception>
    /// <exception cref="ArgumentException">An option has no valid value or belongs to another format.</exception>
    public static DatasetDict LoadDataset(string path, LoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new LoadOptions();
        options.Validate();
        return Load(DataFiles.Find(path, options.Format), options);
    }

    /// <summary>Reads one split, or a part of it: "train", "test[:10%]", "train[100:200]+test[-50:]".</summary>
    /// <inheritdoc cref="LoadDataset(string, LoadOptions?)"/>
    /// <param name="path">A file or a folder.</param>
    /// <param name="split">The split, with the part of it in brackets: rows or percents, from either end.</param>
    /// <param name="options">How to read it; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The split does not follow this form, or an option belongs to another format.</exception>
    public static Dataset LoadDataset(string path, string split, LoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var slices = SplitSlice.Parse(split);
        options ??= new LoadOptions();
        options.Validate();
        var files = DataFiles.Find(path, options.Format);
        if (slices.FirstOrDefault(slice => !files.ContainsKey(slice.Split)) is { } unknown)
            throw new DatasetException($"'{path}' has no split '{unknown.Split}'; its splits are {string.Join(", ", files.Keys)}.");
        var wanted = files.Where(file => slices.Any(slice => slice.Split == file.Key));
        var loaded = Load(new OrderedDictionary<string, IReadOnlyList<string>>(wanted), options);
        return ConcatenateDatasets([.. slices.Select(slice => slice.Of(loaded[slice.Split]))]);
    }

    /// <summary>Reads named files: <c>LoadDataset("csv", new() { ["train"] = "a.csv", ["test"] = "b.csv" })</c>.</summary>
    /// <param name="format">"parquet", "json", "csv" or "text".</param>
    /// <param name="dataFiles">For each split its file, folder or pattern (<c>data/part-*.jsonl</c>).</param>
    /// <param name="options">How to read them; null takes the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DatasetException">A file is malformed; the message names file and line.</exception>
    /// <exception cref="ArgumentException">An option has no valid value or belongs to another format.</exception>
    public static DatasetDict LoadDataset(string format, IReadOnlyDictionary<string, string> dataFiles, LoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(dataFiles);
        options = (options ?? new LoadOptions()) with { Format = format };
        options.Validate();
        return Load(new OrderedDictionary<string, IReadOnlyList<string>>(dataFiles.Select(files => KeyValuePair.Create(files.Key, DataFiles.Match(files.Value)))), options);
    }

    private static DatasetDict Load(OrderedDictionary<string, IReadOnlyList<string>> files, LoadOptions options) =>
        new(files.Select(split => KeyValuePair.Create(split.Key, LoadSplit(split.Key, split.Value, options))));

    private static Dataset LoadSplit(string split, IReadOnlyList<string> files, LoadOptions options)
    {
        var all = files.Select(file => (File: file, Data: FileFormat.Read(file, options))).ToArray();
        var parts = all.Where(part => part.Data.Count > 0).ToArray();
        if (parts.Length == 0)
            // A Parquet file without rows was written so and has types; a text file without rows is a mistake more likely than not.
            return all.FirstOrDefault(part => FileFormat.Of(part.File, options) == "parquet").Data
                ?? throw new DatasetException($"The split '{split}' has no rows: {string.Join(", ", files)} {(files.Count == 1 ? "holds" : "hold")} none.");
        try
        {
            return ConcatenateDatasets([.. parts.Select(part => part.Data)]);
        }
        catch (DatasetException error)
        {
            throw new DatasetException($"The files of the split '{split}' ({string.Join(", ", parts.Select(part => part.File))}) do not fit together. {error.Message} Types can be given by LoadOptions.Features.", error);
        }
    }
}
