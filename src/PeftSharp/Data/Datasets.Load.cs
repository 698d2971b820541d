namespace PeftSharp.Data;

/// <content>Loads datasets from files, or by name from the Hugging Face Hub.</content>
public static partial class Datasets
{
    /// <summary>
    /// Loads the splits of a dataset from a file, from the files of a folder, or from the Hugging Face Hub (<c>load_dataset</c>):
    /// <c>LoadDataset("stanfordnlp/imdb")["train"]</c>.
    /// </summary>
    /// <remarks>
    /// <para>
    /// An existing file or folder has precedence over a dataset of that name on the Hub. The files of a dataset on the Hub are downloaded
    /// to the cache that Python's <c>huggingface_hub</c> uses, unless the cache already contains them. Loading scripts are never run. If
    /// the dataset has a loading script, the Parquet files to which the Hub has converted the dataset are read instead.
    /// </para>
    /// <para>
    /// A single file is the split "train". For a folder or repository, the files that the dataset card (README.md) specifies for the
    /// configuration are read. If the card does not specify files, the names of the files determine the splits, by the first of these rules
    /// that applies:
    /// </para>
    /// <list type="number">
    /// <item><description>
    /// If the folder <c>data</c> contains files named <c>NAME-00000-of-00003</c>, or if all files are in one folder and have such names,
    /// these files are the shards of the split NAME. Other files are ignored.
    /// </description></item>
    /// <item><description>
    /// Keywords in the names of folders or files determine the split: train, training ("train"); validation, valid, dev, val
    /// ("validation"); test, testing, eval, evaluation ("test"). Files without a keyword are ignored if another file has a keyword.
    /// </description></item>
    /// <item><description>All files are the split "train".</description></item>
    /// </list>
    /// <para>
    /// The format (Parquet, JSON, CSV, text or Arrow) is the format of most files of a split; files of other formats are ignored. All
    /// splits must have the same format.
    /// </para>
    /// <para>Column types and class names that the card declares (<c>dataset_info</c>) are applied.</para>
    /// </remarks>
    /// <param name="path">The path of a file or folder, or the name of a dataset (<c>NAME</c> or <c>OWNER/NAME</c>).</param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <param name="name">
    /// The configuration, such as "mrpc" of GLUE. Default null: <see cref="DatasetLoadOptions.Name"/>, or the default configuration.
    /// </param>
    /// <param name="progress">
    /// Receives a report whenever at least one megabyte has been read, and after each file. Default null. The progress of downloads is
    /// reported to <see cref="Hub.HubOptions.Progress"/>.
    /// </param>
    /// <param name="cancellationToken">Checked while files are downloaded and read.</param>
    /// <exception cref="FileNotFoundException">
    /// There is no such file or folder, and the path cannot be the name of a dataset; or no local file matches a pattern of
    /// <see cref="DatasetLoadOptions.DataFiles"/>.
    /// </exception>
    /// <exception cref="HubException">
    /// There is no such file or folder, and the dataset of that name cannot be obtained from the Hugging Face Hub.
    /// </exception>
    /// <exception cref="DatasetException">
    /// A configuration must be chosen (the message lists the configurations), there is no supported file, the splits have different
    /// formats, or a file is malformed. The message names the file and, for JSON and CSV, the line.
    /// </exception>
    /// <exception cref="ArgumentException">
    /// An option has an invalid value, has no effect for this path or format, or contradicts an argument; or the path is empty, or is the
    /// name of a format although no files are given.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public static DatasetDict LoadDataset(
        string path, DatasetLoadOptions? options = null, string? name = null, IProgress<DatasetLoadProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Wait(path, () => LoadAllAsync(path, WithName(options, name), progress, cancellationToken));

    /// <summary>
    /// Loads one split, a slice of a split, or several slices ("train", "test[:10%]", "train[100:200]+test[-50:]"):
    /// <c>LoadDataset("nyu-mll/glue", name: "mrpc", split: "train")</c>.
    /// </summary>
    /// <inheritdoc cref="LoadDataset(string, DatasetLoadOptions?, string?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>
    /// <param name="path">The path of a file or folder, or the name of a dataset. Only the files of the split are downloaded.</param>
    /// <param name="split">
    /// The split, optionally followed by a slice in brackets, as row indices or percentages. Negative values are relative to the end of the
    /// split. Several slices are separated by +.
    /// </param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <param name="name">
    /// The configuration, such as "mrpc" of GLUE. Default null: <see cref="DatasetLoadOptions.Name"/>, or the default configuration.
    /// </param>
    /// <param name="progress">Receives a report whenever at least one megabyte has been read, and after each file. Default null.</param>
    /// <param name="cancellationToken">Checked while files are downloaded and read.</param>
    /// <exception cref="ArgumentException">
    /// <paramref name="split"/> is malformed; an option has an invalid value, has no effect for this path or format, or contradicts an
    /// argument; or the path is empty, or is the name of a format although no files are given.
    /// </exception>
    /// <exception cref="DatasetException">
    /// There is no such split (the message lists the splits), a configuration must be chosen (the message lists the configurations), there
    /// is no supported file, the splits have different formats, or a file is malformed. The message names the file and, for JSON and CSV,
    /// the line.
    /// </exception>
    public static Dataset LoadDataset(
        string path, string split, DatasetLoadOptions? options = null, string? name = null,
        IProgress<DatasetLoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Wait(path, () => LoadSplitAsync(path, split, WithName(options, name), progress, cancellationToken));

    /// <summary>
    /// Loads the given files by split:
    /// <c>LoadDataset("csv", new Dictionary&lt;string, string&gt; { ["train"] = "a.csv", ["test"] = "b.csv" })</c>.
    /// </summary>
    /// <inheritdoc cref="LoadDataset(string, DatasetLoadOptions?, string?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>
    /// <param name="path">
    /// The format of the files ("parquet", "json", "csv", "text" or "arrow"), the path of the folder that contains the files, or the name
    /// of the dataset that contains the files. With a format, the paths of the files are relative to the current folder.
    /// </param>
    /// <param name="dataFiles">
    /// The file or pattern (<c>data/part-*.jsonl</c>, <c>**/*.csv</c>) of each split. For several patterns, use
    /// <see cref="DatasetLoadOptions.DataFiles"/>.
    /// </param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <param name="progress">Receives a report whenever at least one megabyte has been read, and after each file. Default null.</param>
    /// <param name="cancellationToken">Checked while files are downloaded and read.</param>
    /// <exception cref="FileNotFoundException">
    /// There is no such folder, and the path cannot be the name of a dataset; or no local file matches a path or pattern of
    /// <paramref name="dataFiles"/>.
    /// </exception>
    public static DatasetDict LoadDataset(
        string path, IReadOnlyDictionary<string, string> dataFiles, DatasetLoadOptions? options = null,
        IProgress<DatasetLoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Wait(path, () => LoadAllAsync(path, WithFiles(options, dataFiles), progress, cancellationToken));

    /// <summary>
    /// Loads the given files as the split "train": <c>LoadDataset("json", dataFiles: ["a.jsonl", "more/part-*.jsonl"])</c>.
    /// </summary>
    /// <inheritdoc cref="LoadDataset(string, IReadOnlyDictionary{string, string}, DatasetLoadOptions?, IProgress{DatasetLoadProgress}?,
    /// CancellationToken)"/>
    /// <param name="path">
    /// The format of the files ("parquet", "json", "csv", "text" or "arrow"), the path of the folder that contains the files, or the name
    /// of the dataset that contains the files. With a format, the paths of the files are relative to the current folder.
    /// </param>
    /// <param name="dataFiles">
    /// The files or patterns (<c>data/part-*.jsonl</c>, <c>**/*.csv</c>). The rows of the dataset are in the order of this list.
    /// </param>
    /// <param name="options">The options; null: the defaults.</param>
    /// <param name="progress">Receives a report whenever at least one megabyte has been read, and after each file. Default null.</param>
    /// <param name="cancellationToken">Checked while files are downloaded and read.</param>
    public static DatasetDict LoadDataset(
        string path, IReadOnlyList<string> dataFiles, DatasetLoadOptions? options = null,
        IProgress<DatasetLoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Wait(path, () => LoadAllAsync(path, WithFiles(options, dataFiles), progress, cancellationToken));

    /// <summary>Downloads and loads the splits of a dataset asynchronously, without blocking the calling thread.</summary>
    /// <inheritdoc cref="LoadDataset(string, DatasetLoadOptions?, string?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>
    public static Task<DatasetDict> LoadDatasetAsync(
        string path, DatasetLoadOptions? options = null, string? name = null, IProgress<DatasetLoadProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Task.Run(() => LoadAllAsync(path, WithName(options, name), progress, cancellationToken), cancellationToken);

    /// <summary>Downloads and loads one split, a slice of a split, or several slices asynchronously.</summary>
    /// <inheritdoc cref="LoadDataset(string, string, DatasetLoadOptions?, string?, IProgress{DatasetLoadProgress}?, CancellationToken)"/>
    public static Task<Dataset> LoadDatasetAsync(
        string path, string split, DatasetLoadOptions? options = null, string? name = null,
        IProgress<DatasetLoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => LoadSplitAsync(path, split, WithName(options, name), progress, cancellationToken), cancellationToken);

    /// <summary>Downloads and loads the given files by split asynchronously.</summary>
    /// <inheritdoc cref="LoadDataset(string, IReadOnlyDictionary{string, string}, DatasetLoadOptions?, IProgress{DatasetLoadProgress}?,
    /// CancellationToken)"/>
    public static Task<DatasetDict> LoadDatasetAsync(
        string path, IReadOnlyDictionary<string, string> dataFiles, DatasetLoadOptions? options = null,
        IProgress<DatasetLoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => LoadAllAsync(path, WithFiles(options, dataFiles), progress, cancellationToken), cancellationToken);

    /// <summary>Downloads and loads the given files as the split "train" asynchronously.</summary>
    /// <inheritdoc cref="LoadDataset(string, IReadOnlyList{string}, DatasetLoadOptions?, IProgress{DatasetLoadProgress}?,
    /// CancellationToken)"/>
    public static Task<DatasetDict> LoadDatasetAsync(
        string path, IReadOnlyList<string> dataFiles, DatasetLoadOptions? options = null,
        IProgress<DatasetLoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => LoadAllAsync(path, WithFiles(options, dataFiles), progress, cancellationToken), cancellationToken);

    private static Task<DatasetDict> LoadAllAsync(
        string path, DatasetLoadOptions options, IProgress<DatasetLoadProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options.Validate();
        return new DatasetLoader(path, options, progress, cancellationToken).LoadAsync(slices: null);
    }

    private static async Task<Dataset> LoadSplitAsync(string path, string split, DatasetLoadOptions options,
        IProgress<DatasetLoadProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var slices = SplitSlice.Parse(split);
        options.Validate();
        var loaded = await new DatasetLoader(path, options, progress, cancellationToken).LoadAsync(slices).ConfigureAwait(false);
        return ConcatenateDatasets([.. slices.Select(slice => slice.Of(loaded[slice.Split]))]);
    }

    /// <summary>Waits for a dataset. Files are read on the calling thread; downloads run on the thread pool.</summary>
    private static T Wait<T>(string path, Func<Task<T>> load) =>
        (path is not null && Hub.HubDataset.IsName(path) ? Task.Run(load) : load()).GetAwaiter().GetResult();

    private static DatasetLoadOptions WithName(DatasetLoadOptions? options, string? name)
    {
        options ??= new DatasetLoadOptions();
        return name is null || options.Name is null || options.Name == name ? options with { Name = name ?? options.Name }
            : throw new ArgumentException($"The argument name is '{name}', but DatasetLoadOptions.Name is '{options.Name}'. Set only "
                + "one of them.", nameof(name));
    }

    private static DatasetLoadOptions WithFiles(DatasetLoadOptions? options, IReadOnlyDictionary<string, string> dataFiles)
    {
        ArgumentNullException.ThrowIfNull(dataFiles);
        return WithFiles(options, new OrderedDictionary<string, IReadOnlyList<string>>(
            dataFiles.Select(split => KeyValuePair.Create(split.Key, (IReadOnlyList<string>)[split.Value])), StringComparer.Ordinal));
    }

    private static DatasetLoadOptions WithFiles(DatasetLoadOptions? options, IReadOnlyList<string> dataFiles)
    {
        ArgumentNullException.ThrowIfNull(dataFiles);
        return WithFiles(options, new OrderedDictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { ["train"] = dataFiles });
    }

    private static DatasetLoadOptions WithFiles(
        DatasetLoadOptions? options, OrderedDictionary<string, IReadOnlyList<string>> dataFiles) => options?.DataFiles is null
            ? (options ?? new DatasetLoadOptions()) with { DataFiles = dataFiles }
            : throw new ArgumentException("The argument dataFiles and DatasetLoadOptions.DataFiles both name files. Set only one of them.",
                nameof(dataFiles));
}
