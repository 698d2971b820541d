namespace PeftSharp.Data;

/// <content>Opens files as streams of rows.</content>
public static partial class Datasets
{
    /// <summary>
    /// Opens the splits of a dataset as streams, without loading them (<c>load_dataset</c> with <c>streaming=True</c>), from a file, from
    /// the files of a folder, or from the Hugging Face Hub: <c>StreamDataset("stanfordnlp/imdb")["train"]</c>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// JSON lines, CSV and text files, which may be compressed with gzip or zstd, are read line by line, and Parquet files row group by row
    /// group. A JSON file with a single value, such as an array, is read as a whole. The values of an Arrow file remain in the file. The
    /// files and splits are determined by the rules of
    /// <see cref="LoadDataset(string, DatasetLoadOptions?, string?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>. Each file is a
    /// shard. In contrast to Python, the files of a dataset on the Hub are downloaded before the rows are read.
    /// </para>
    /// <para>
    /// The first file that has rows determines the types of the columns. Parquet and Arrow files contain the types, so their first
    /// file determines them even if it has no rows. For JSON lines and CSV files, the types are inferred from the first 10,000 rows (at
    /// most 10 MB). If a later value cannot be converted to the type of its column without loss, the enumeration throws a
    /// <see cref="DatasetException"/>. To avoid this, declare the type of the column with <see cref="DatasetLoadOptions.Features"/>.
    /// </para>
    /// <para>
    /// To continue at a stored position (<see cref="IterableDataset.LoadStateDict"/>), the file is not read from its start. Three kinds of
    /// files are exceptions: compressed files, UTF-16 text, and files that are read as a whole.
    /// </para>
    /// </remarks>
    /// <param name="path">The path of a file or folder, or the name of a dataset (<c>NAME</c> or <c>OWNER/NAME</c>).</param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <param name="name">
    /// The configuration, such as "mrpc" of GLUE. Default null: <see cref="DatasetLoadOptions.Name"/>, or the default configuration.
    /// </param>
    /// <param name="cancellationToken">Checked while files are downloaded.</param>
    /// <exception cref="FileNotFoundException">
    /// There is no such file or folder, and the path cannot be the name of a dataset; or no local file matches a pattern of
    /// <see cref="DatasetLoadOptions.DataFiles"/>.
    /// </exception>
    /// <exception cref="HubException">
    /// There is no such file or folder, and the dataset of that name cannot be obtained from the Hugging Face Hub.
    /// </exception>
    /// <exception cref="DatasetException">
    /// A configuration must be chosen (the message lists the configurations), there is no supported file, a file is a zip archive, or the
    /// splits have different formats. Malformed files are reported when they are read.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// An option has an invalid value, has no effect for this path or format, or contradicts an argument; or the path is empty, or is the
    /// name of a format although no files are given.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static IterableDatasetDict StreamDataset(
        string path, DatasetLoadOptions? options = null, string? name = null, CancellationToken cancellationToken = default) =>
        Open(path, WithName(options, name), slices: null, cancellationToken);

    /// <summary>Opens one split: <c>StreamDataset("data/imdb", "train")</c>.</summary>
    /// <inheritdoc cref="StreamDataset(string, DatasetLoadOptions?, string?, CancellationToken)"/>
    /// <param name="path">The path of a file or folder, or the name of a dataset. Only the files of the split are downloaded.</param>
    /// <param name="split">The split. Instead of a slice such as <c>train[:100]</c>, use <see cref="IterableDataset.Take"/>.</param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <param name="name">
    /// The configuration, such as "mrpc" of GLUE. Default null: <see cref="DatasetLoadOptions.Name"/>, or the default configuration.
    /// </param>
    /// <param name="cancellationToken">Checked while files are downloaded.</param>
    /// <exception cref="DatasetException">
    /// There is no such split (the message lists the splits), a configuration must be chosen (the message lists the configurations), there
    /// is no supported file, a file is a zip archive, or the splits have different formats. Malformed files are reported when they are
    /// read.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// <paramref name="split"/> is malformed or contains a slice; an option has an invalid value, has no effect for this path or format, or
    /// contradicts an argument; or the path is empty, or is the name of a format although no files are given.
    /// </exception>
    public static IterableDataset StreamDataset(
        string path, string split, DatasetLoadOptions? options = null, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(split);
        if (split.AsSpan().ContainsAny('[', '+'))
            throw new ArgumentException($"The split is '{split}', but a stream has no slices, because the number of its rows is not known. "
                + "Use Take, Skip and ConcatenateDatasets.", nameof(split));
        return Open(path, WithName(options, name), SplitSlice.Parse(split), cancellationToken)[split];
    }

    /// <summary>
    /// Opens the given files by split:
    /// <c>StreamDataset("json", new Dictionary&lt;string, string&gt; { ["train"] = "data/part-*.jsonl" })</c>.
    /// </summary>
    /// <inheritdoc cref="StreamDataset(string, DatasetLoadOptions?, string?, CancellationToken)"/>
    /// <param name="path">
    /// The format of the files ("parquet", "json", "csv", "text" or "arrow"), the path of the folder that contains the files, or the name
    /// of the dataset that contains the files. With a format, the paths of the files are relative to the current folder.
    /// </param>
    /// <param name="dataFiles">
    /// The file or pattern (<c>data/part-*.jsonl</c>, <c>**/*.csv</c>) of each split. For several patterns, use
    /// <see cref="DatasetLoadOptions.DataFiles"/>.
    /// </param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <param name="cancellationToken">Checked while files are downloaded.</param>
    /// <exception cref="FileNotFoundException">
    /// There is no such folder, and the path cannot be the name of a dataset; or no local file matches a path or pattern of
    /// <paramref name="dataFiles"/>.
    /// </exception>
    public static IterableDatasetDict StreamDataset(string path, IReadOnlyDictionary<string, string> dataFiles,
        DatasetLoadOptions? options = null, CancellationToken cancellationToken = default) =>
        Open(path, WithFiles(options, dataFiles), slices: null, cancellationToken);

    /// <summary>
    /// Opens the given files as the split "train": <c>StreamDataset("json", dataFiles: ["a.jsonl", "more/part-*.jsonl"])</c>.
    /// </summary>
    /// <inheritdoc cref="StreamDataset(string, IReadOnlyDictionary{string, string}, DatasetLoadOptions?, CancellationToken)"/>
    /// <param name="path">
    /// The format of the files ("parquet", "json", "csv", "text" or "arrow"), the path of the folder that contains the files, or the name
    /// of the dataset that contains the files. With a format, the paths of the files are relative to the current folder.
    /// </param>
    /// <param name="dataFiles">
    /// The files or patterns (<c>data/part-*.jsonl</c>, <c>**/*.csv</c>). The rows of the stream are in the order of this list.
    /// </param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <param name="cancellationToken">Checked while files are downloaded.</param>
    public static IterableDatasetDict StreamDataset(string path, IReadOnlyList<string> dataFiles, DatasetLoadOptions? options = null,
        CancellationToken cancellationToken = default) =>
        Open(path, WithFiles(options, dataFiles), slices: null, cancellationToken);

    private static IterableDatasetDict Open(
        string path, DatasetLoadOptions options, IReadOnlyList<SplitSlice>? slices, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options.Validate();
        var (splits, found) = Wait(path, () => new DatasetLoader(path, options, progress: null, cancellationToken).ObtainAsync(slices));
        return new IterableDatasetDict(splits.Select(split => KeyValuePair.Create(split.Key, Open(split.Value, found))));
    }

    private static IterableDataset Open(IReadOnlyList<string> files, DatasetLoadOptions options)
    {
        FileShard[] shards = [];
        var schema = new FileSchema(options, () => shards);
        shards = [.. files.Select(file => FileShard.Of(file, options, schema))];
        return new IterableDataset(new ShardSource(FileFormat.Of(files[0], options)!, shards, () => schema.Features));
    }
}
