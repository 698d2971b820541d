namespace PeftSharp.Data;

/// <content>Streams of files.</content>
public static partial class Datasets
{
    /// <summary>
    /// Opens a file, or the files of a folder, as streams by split, without loading them: <c>StreamDataset("data/imdb")["train"]</c>
    /// (<c>load_dataset</c> with <c>streaming=True</c>).
    /// </summary>
    /// <remarks>
    /// <para>
    /// JSON lines, CSV and text are read line by line, also compressed with gzip, and Parquet row group by row group. A JSON file with a
    /// single value, such as an array, is read as a whole. The splits are those of
    /// <see cref="LoadDataset(string, DatasetLoadOptions?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>; each file is a shard.
    /// </para>
    /// <para>
    /// The types of the columns are inferred from the first 10,000 rows (at most 10 MB) of the first file that has rows. A later value of
    /// another type is an error; declare its type with <see cref="DatasetLoadOptions.Features"/>.
    /// </para>
    /// <para>
    /// A stored position is found without reading the file from its start, except in compressed files, which are decompressed from the
    /// start, and in JSON files with a single value.
    /// </para>
    /// </remarks>
    /// <param name="path">The path of a file or folder.</param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file or folder.</exception>
    /// <exception cref="DatasetException">
    /// The folder contains no supported file, or the formats of its files have different splits. Malformed files are reported when they are
    /// read.
    /// </exception>
    /// <exception cref="ArgumentException">An option has an invalid value or belongs to another format.</exception>
    public static IterableDatasetDict StreamDataset(string path, DatasetLoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new DatasetLoadOptions();
        options.Validate();
        return Open(DataFiles.Find(path, options.Format), options);
    }

    /// <summary>Opens one split: <c>StreamDataset("data/imdb", "train")</c>.</summary>
    /// <inheritdoc cref="StreamDataset(string, DatasetLoadOptions?)"/>
    /// <param name="path">The path of a file or folder.</param>
    /// <param name="split">The split. Instead of a slice such as <c>train[:100]</c>, use <see cref="IterableDataset.Take"/>.</param>
    /// <param name="options">The options; null: the defaults.</param>
    public static IterableDataset StreamDataset(string path, string split, DatasetLoadOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(split);
        if (split.AsSpan().ContainsAny('[', '+'))
            throw new ArgumentException($"The split is '{split}', but a stream has no slices, because the number of its rows is not known. "
                + "Use Take, Skip and ConcatenateDatasets.", nameof(split));
        return StreamDataset(path, options)[split];
    }

    /// <summary>
    /// Opens the given files: <c>StreamDataset("json", new Dictionary&lt;string, string&gt; { ["train"] = "data/part-*.jsonl" })</c>.
    /// </summary>
    /// <inheritdoc cref="StreamDataset(string, DatasetLoadOptions?)"/>
    /// <param name="format">"parquet", "json", "csv" or "text".</param>
    /// <param name="dataFiles">The file, folder or search pattern (<c>data/part-*.jsonl</c>) of each split.</param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static IterableDatasetDict StreamDataset(
        string format, IReadOnlyDictionary<string, string> dataFiles, DatasetLoadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(dataFiles);
        options = (options ?? new DatasetLoadOptions()) with { Format = format };
        options.Validate();
        return Open(new OrderedDictionary<string, IReadOnlyList<string>>(
            dataFiles.Select(files => KeyValuePair.Create(files.Key, DataFiles.Match(files.Value)))), options);
    }

    private static IterableDatasetDict Open(OrderedDictionary<string, IReadOnlyList<string>> files, DatasetLoadOptions options) =>
        new(files.Select(split => KeyValuePair.Create(split.Key, Open(split.Value, options))));

    private static IterableDataset Open(IReadOnlyList<string> files, DatasetLoadOptions options)
    {
        FileShard[] shards = [];
        var schema = new FileSchema(options, () => shards);
        shards = [.. files.Select(file => FileShard.Of(file, options, schema))];
        return new IterableDataset(new ShardSource(FileFormat.Of(files[0], options)!, shards, () => schema.Features));
    }
}
