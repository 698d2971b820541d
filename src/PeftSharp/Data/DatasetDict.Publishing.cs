using PeftSharp.Hub;

namespace PeftSharp.Data;

/// <content>Uploading to the Hugging Face Hub.</content>
public sealed partial class DatasetDict
{
    /// <summary>Uploads all splits to a dataset repository of the Hugging Face Hub (<c>push_to_hub</c>), in one commit.</summary>
    /// <remarks>
    /// After the upload, the configuration <paramref name="configName"/> consists of these splits only. If it had other splits, they are
    /// removed from the card, but their files are not deleted. See <see cref="Dataset.PushToHubAsync"/> for the files and the card.
    /// </remarks>
    /// <inheritdoc cref="Dataset.PushToHubAsync" path="//exception|//returns"/>
    /// <exception cref="DatasetException">
    /// The dictionary has no splits, <paramref name="numShards"/> contains a split that the dictionary does not have, the splits have
    /// different columns, the card of the repository is malformed, or a value cannot be stored.
    /// </exception>
    /// <param name="repository">
    /// The repository, such as <c>owner/my-dataset</c>; without an owner, it belongs to the account of the token.
    /// </param>
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
    /// The number of files, by split. A split without a number gets as many files as the default maximum size requires. Null: all splits
    /// get as many files as <paramref name="maxShardSize"/> requires.
    /// </param>
    /// <param name="options">The branch, the title of the commit and the progress of the upload. Null: the defaults.</param>
    /// <param name="hub">
    /// The address, the token and the network settings. Null: the environment variables and the defaults of <see cref="HubOptions"/>.
    /// </param>
    /// <param name="progress">Receives a report after every 1,000 rows of a split that are written to a file. Default null.</param>
    /// <param name="cancellationToken">Cancels the upload. After a cancellation, nothing is committed.</param>
    public Task<HubCommit> PushToHubAsync(
        string repository, string configName = CardConfiguration.DefaultName, bool? isPrivate = null, string? maxShardSize = null,
        IReadOnlyDictionary<string, int>? numShards = null, HubUploadOptions? options = null, HubOptions? hub = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        DatasetPush.RequireOneSize(maxShardSize, numShards);
        foreach (var split in numShards?.Keys ?? [])
            _ = this[split];
        (string, Dataset, int?)[] splits = [.. _splits.Select(split => (
            split.Key, split.Value, numShards is not null && numShards.TryGetValue(split.Key, out var number) ? (int?)number : null))];
        return DatasetPush.RunAsync(
            repository, splits, isWhole: true, configName, isPrivate, maxShardSize, options, hub, progress, cancellationToken);
    }

    /// <summary>Uploads all splits and waits until the upload has finished.</summary>
    /// <inheritdoc cref="PushToHubAsync" path="//param|//exception|//remarks|//returns"/>
    public HubCommit PushToHub(
        string repository, string configName = CardConfiguration.DefaultName, bool? isPrivate = null, string? maxShardSize = null,
        IReadOnlyDictionary<string, int>? numShards = null, HubUploadOptions? options = null, HubOptions? hub = null,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => PushToHubAsync(repository, configName, isPrivate, maxShardSize, numShards, options, hub, progress,
            cancellationToken), cancellationToken).GetAwaiter().GetResult();
}
