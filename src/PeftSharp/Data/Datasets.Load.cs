namespace PeftSharp.Data;

/// <content>Datasets of files.</content>
public static partial class Datasets
{
    /// <summary>
    /// Loads a file, or the files of a folder, as datasets by split: <c>LoadDataset("data/imdb")["train"]</c> (<c>load_dataset</c>).
    /// </summary>
    /// <remarks>
    /// A single file is the split "train". In a folder, the split of a file is determined by keywords in its name or in the names of
    /// subfolders ("train": train, training; "validation": validation, valid, dev, val; "test": test, testing, eval, evaluation); files
    /// named <c>NAME-00000-of-00003</c> are the shards of a split; if no name contains a keyword, all files are the split "train". If a
    /// folder contains files of several formats, those of the first format of Parquet, JSON, CSV, text and Arrow are read, which must have
    /// all splits.
    /// </remarks>
    /// <param name="path">The path of a file or folder.</param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <param name="progress">Receives a report after each megabyte and after each file. Default null.</param>
    /// <param name="cancellationToken">Checked while files are read.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="DatasetException">
    /// The folder contains no supported file, the formats of its files have different splits, or a file is malformed; the message contains
    /// file and line.
    /// </exception>
    /// <exception cref="ArgumentException">An option has an invalid value or belongs to another format.</exception>
    public static DatasetDict LoadDataset(
        string path, DatasetLoadOptions? options = null, IProgress<DatasetLoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new DatasetLoadOptions();
        options.Validate();
        return Load(DataFiles.Find(path, options.Format), options, progress, cancellationToken);
    }

    /// <summary>Loads one split or a slice of it: "train", "test[:10%]", "train[100:200]+test[-50:]".</summary>
    /// <inheritdoc cref="LoadDataset(string, DatasetLoadOptions?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>
    /// <param name="path">The path of a file or folder.</param>
    /// <param name="split">
    /// The split, and optionally a slice in brackets: row indices or percentages; negative values count from the end.
    /// </param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <param name="progress">Receives a report after each megabyte and after each file. Default null.</param>
    /// <param name="cancellationToken">Checked while files are read.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="split"/> is malformed, or an option has an invalid value or belongs to another format.
    /// </exception>
    public static Dataset LoadDataset(
        string path, string split, DatasetLoadOptions? options = null, IProgress<DatasetLoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var slices = SplitSlice.Parse(split);
        options ??= new DatasetLoadOptions();
        options.Validate();
        var files = DataFiles.Find(path, options.Format);
        if (slices.FirstOrDefault(slice => !files.ContainsKey(slice.Split)) is { } unknown)
            throw new DatasetException($"'{path}' has no split '{unknown.Split}'. Splits: {string.Join(", ", files.Keys)}.");
        var requested = files.Where(file => slices.Any(slice => slice.Split == file.Key));
        var loaded = Load(new OrderedDictionary<string, IReadOnlyList<string>>(requested), options, progress, cancellationToken);
        return ConcatenateDatasets([.. slices.Select(slice => slice.Of(loaded[slice.Split]))]);
    }

    /// <summary>
    /// Loads the given files: <c>LoadDataset("csv", new Dictionary&lt;string, string&gt; { ["train"] = "a.csv", ["test"] = "b.csv" })</c>.
    /// </summary>
    /// <param name="format">"parquet", "json", "csv", "text" or "arrow".</param>
    /// <param name="dataFiles">The file, folder or search pattern (<c>data/part-*.jsonl</c>) of each split.</param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <param name="progress">Receives a report after each megabyte and after each file. Default null.</param>
    /// <param name="cancellationToken">Checked while files are read.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DatasetException">A file is malformed; the message contains file and line.</exception>
    /// <exception cref="ArgumentException">An option has an invalid value or belongs to another format.</exception>
    public static DatasetDict LoadDataset(
        string format, IReadOnlyDictionary<string, string> dataFiles, DatasetLoadOptions? options = null,
        IProgress<DatasetLoadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataFiles);
        options = (options ?? new DatasetLoadOptions()) with { Format = format };
        options.Validate();
        return Load(new OrderedDictionary<string, IReadOnlyList<string>>(
            dataFiles.Select(files => KeyValuePair.Create(files.Key, DataFiles.Match(files.Value)))), options, progress, cancellationToken);
    }

    /// <summary>Loads on the thread pool, so that the calling thread, such as that of a user interface, is free.</summary>
    /// <inheritdoc cref="LoadDataset(string, DatasetLoadOptions?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>
    public static Task<DatasetDict> LoadDatasetAsync(
        string path, DatasetLoadOptions? options = null, IProgress<DatasetLoadProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => LoadDataset(path, options, progress, cancellationToken), cancellationToken);

    /// <summary>Loads one split or a slice of it on the thread pool.</summary>
    /// <inheritdoc cref="LoadDataset(string, string, DatasetLoadOptions?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>
    public static Task<Dataset> LoadDatasetAsync(
        string path, string split, DatasetLoadOptions? options = null, IProgress<DatasetLoadProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => LoadDataset(path, split, options, progress, cancellationToken), cancellationToken);

    /// <summary>Loads the given files on the thread pool.</summary>
    /// <inheritdoc cref="LoadDataset(string, IReadOnlyDictionary{string, string}, DatasetLoadOptions?, IProgress{DatasetLoadProgress}?,
    /// CancellationToken)"/>
    public static Task<DatasetDict> LoadDatasetAsync(
        string format, IReadOnlyDictionary<string, string> dataFiles, DatasetLoadOptions? options = null,
        IProgress<DatasetLoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => LoadDataset(format, dataFiles, options, progress, cancellationToken), cancellationToken);

    private static DatasetDict Load(
        OrderedDictionary<string, IReadOnlyList<string>> files, DatasetLoadOptions options, IProgress<DatasetLoadProgress>? progress,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var bytes = files.Values.Sum(split => split.Sum(file => new FileInfo(file).Length));
        options = options with { Reading = new FileReading(bytes, progress, cancellationToken) };
        return new DatasetDict(files.Select(split => KeyValuePair.Create(split.Key, LoadSplit(split.Key, split.Value, options))));
    }

    private static Dataset LoadSplit(string split, IReadOnlyList<string> files, DatasetLoadOptions options)
    {
        var all = files.Select(file => (File: file, Data: FileFormat.Read(file, options))).ToArray();
        var parts = all.Where(part => part.Data.Count > 0).ToArray();
        if (parts.Length == 0)
            // A Parquet or Arrow file without rows has column types and is valid; another file without rows is probably a mistake.
            return all.FirstOrDefault(part => FileFormat.Of(part.File, options) is "parquet" or "arrow").Data
                ?? throw new DatasetException($"The split '{split}' has no rows. Files: {string.Join(", ", files)}.");
        try
        {
            return ConcatenateDatasets([.. parts.Select(part => part.Data)]);
        }
        catch (DatasetException error)
        {
            throw new DatasetException(
                $"The files of the split '{split}' ({string.Join(", ", parts.Select(part => part.File))}) have different columns or types. "
                + $"{error.Message} Set the types with DatasetLoadOptions.Features.", error);
        }
    }
}
