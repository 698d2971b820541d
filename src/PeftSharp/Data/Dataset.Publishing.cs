using PeftSharp.Hub;

namespace PeftSharp.Data;

/// <content>Uploading to the Hugging Face Hub.</content>
public sealed partial class Dataset
{
    /// <summary>Uploads the dataset as a split of a dataset repository of the Hugging Face Hub (<c>push_to_hub</c>).</summary>
    /// <remarks>
    /// <para>
    /// The repository is created if it does not exist. The rows are written to Parquet files (<c>data/train-00000-of-00001.parquet</c>),
    /// and the metadata of the card (<c>README.md</c>) contains the types of the columns, the class names, the splits and their sizes, so
    /// that <c>Datasets.LoadDataset(repository)</c> and Python's <c>load_dataset</c> return the same dataset. The text and the other
    /// metadata of an existing card are kept. The other splits and configurations are kept too. Older files of this split are deleted. One
    /// commit contains all changes.
    /// </para>
    /// <para>
    /// The files are written to the temporary folder of the system before they are uploaded. All columns are uploaded, independent of
    /// <see cref="Format"/>.
    /// </para>
    /// </remarks>
    /// <param name="repository">
    /// The repository, such as <c>owner/my-dataset</c>; without an owner, it belongs to the account of the token.
    /// </param>
    /// <param name="split">The name of the split. Default <c>train</c>.</param>
    /// <param name="configName">
    /// The name of the configuration. The files of a configuration are in the folder of the same name; the files of the default
    /// configuration, <c>default</c>, are in the folder <c>data</c>.
    /// </param>
    /// <param name="isPrivate">Whether a new repository is private. Null: the default of the account, which is usually public.</param>
    /// <param name="maxShardSize">
    /// The approximate maximum size of a file, such as <c>"500MB"</c> (the default). It is the size of the rows in memory; the files are
    /// usually smaller, because they are compressed.
    /// </param>
    /// <param name="numShards">
    /// The number of files, each with about the same number of rows. Null: as many files as <paramref name="maxShardSize"/> requires.
    /// </param>
    /// <param name="options">
    /// Options of the upload, such as the branch, the title of the commit and the progress. Null: the defaults.
    /// </param>
    /// <param name="hub">
    /// The address, the token and the network settings. Null: the environment variables and the defaults of <see cref="HubOptions"/>.
    /// </param>
    /// <param name="progress">Receives a report after every 1,000 rows that are written to a file. Default null.</param>
    /// <param name="cancellationToken">Cancels the upload. After a cancellation, nothing is committed.</param>
    /// <returns>The commit.</returns>
    /// <exception cref="ArgumentException">
    /// The name of the repository, the configuration or a split is invalid, <paramref name="maxShardSize"/> is invalid, an option in
    /// <paramref name="options"/> cannot be used with a dataset, or both <paramref name="maxShardSize"/> and
    /// <paramref name="numShards"/> are given.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of files is less than 1.</exception>
    /// <exception cref="DatasetException">
    /// The splits of the configuration have different columns, the card of the repository is malformed, or a value cannot be stored.
    /// </exception>
    /// <exception cref="HubException">The token is missing or has no write permission, or the upload failed.</exception>
    /// <exception cref="IOException">The temporary folder cannot be written, or the disk is full.</exception>
    /// <exception cref="OperationCanceledException">The upload was cancelled.</exception>
    public Task<HubCommit> PushToHubAsync(
        string repository, string split = "train", string configName = CardConfiguration.DefaultName, bool? isPrivate = null,
        string? maxShardSize = null, int? numShards = null, HubUploadOptions? options = null, HubOptions? hub = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(split);
        DatasetPush.RequireOneSize(maxShardSize, numShards);
        return DatasetPush.RunAsync(repository, [(split, this, numShards)], isWhole: false, configName, isPrivate, maxShardSize, options,
            hub, progress, cancellationToken);
    }

    /// <summary>Uploads the dataset and waits until the upload has finished.</summary>
    /// <inheritdoc cref="PushToHubAsync" path="//param|//exception|//remarks|//returns"/>
    public HubCommit PushToHub(
        string repository, string split = "train", string configName = CardConfiguration.DefaultName, bool? isPrivate = null,
        string? maxShardSize = null, int? numShards = null, HubUploadOptions? options = null, HubOptions? hub = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => PushToHubAsync(repository, split, configName, isPrivate, maxShardSize, numShards, options, hub, progress,
            cancellationToken), cancellationToken).GetAwaiter().GetResult();

    /// <summary>Writes the columns to Parquet files.</summary>
    internal ParquetWriter CreateParquetWriter() => new(_columns.All, Count);
}
