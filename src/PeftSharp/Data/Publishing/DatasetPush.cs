using PeftSharp.Hub;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Uploads splits to a dataset repository: Parquet files and the card, in one commit.</summary>
internal sealed class DatasetPush
{
    /// <summary>The maximum number of attempts to commit, if other commits come first. Each attempt reads the card again.</summary>
    private const int MaxAttempts = 5;

    private readonly HubClient _client;
    private readonly string _repository;
    private readonly string _configuration;
    private readonly HubUploadOptions _options;
    private readonly string _folder;
    private readonly bool _isWhole;

    private DatasetPush(
        HubClient client, string repository, string configuration, HubUploadOptions options, string folder, bool isWhole) =>
        (_client, _repository, _configuration, _options, _folder, _isWhole)
            = (client, repository, configuration, options, folder, isWhole);

    private string DataFolder => _configuration == CardConfiguration.DefaultName ? "data" : _configuration;

    /// <param name="repository">The repository, which is created if it does not exist.</param>
    /// <param name="splits">The splits with the number of their files; null: determined by the size.</param>
    /// <param name="isWhole">
    /// Whether these are all splits of the configuration. False: the other splits of the configuration are kept.
    /// </param>
    /// <param name="configName">The configuration.</param>
    /// <param name="isPrivate">Whether a new repository is private. Null: the default of the account.</param>
    /// <param name="maxShardSize">The approximate maximum size of the rows of a file in memory. Null: the default.</param>
    /// <param name="options">The branch, the title of the commit and the progress. Null: the defaults.</param>
    /// <param name="hub">The address, the token and the network settings. Null: the environment variables and the defaults.</param>
    /// <param name="progress">Receives the number of rows that are written to files. Null: progress is not reported.</param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    internal static async Task<HubCommit> RunAsync(
        string repository, IReadOnlyList<(string Name, Dataset Rows, int? NumShards)> splits, bool isWhole, string configName,
        bool? isPrivate, string? maxShardSize, HubUploadOptions? options, HubOptions? hub, IProgress<MapProgress>? progress,
        CancellationToken cancellationToken)
    {
        options = (options ?? new HubUploadOptions()) with { RepositoryType = HubRepositoryType.Dataset };
        var maxShardBytes = ByteSize.Parse(maxShardSize ?? Dataset.DefaultShardSize, nameof(maxShardSize));
        Check(configName, splits, options);
        using var client = new HubClient(hub);
        // The repository is created first, so that a missing permission is reported before a large dataset is written.
        var name = await client.CreateRepositoryAsync(
            repository, isPrivate, allowExisting: true, HubRepositoryType.Dataset, cancellationToken).ConfigureAwait(false);
        var folder = Directory.CreateTempSubdirectory("peftsharp-push-");
        try
        {
            var push = new DatasetPush(client, name, configName, options, folder.FullName, isWhole);
            var loop = new RowLoop(progress, cancellationToken);
            PushedSplit[] pushed = await Task.Run(() => splits.Select(split => PushedSplit.Write(
                folder.FullName, push.DataFolder, split.Name, split.Rows, maxShardBytes, split.NumShards, loop)).ToArray(),
                cancellationToken).ConfigureAwait(false);
            return await push.UploadAsync(pushed, cancellationToken).ConfigureAwait(false);
        }
        finally { folder.Delete(recursive: true); }
    }

    /// <exception cref="ArgumentException">Both arguments are given.</exception>
    internal static void RequireOneSize(string? maxShardSize, object? numShards)
    {
        if (maxShardSize is not null && numShards is not null)
            throw new ArgumentException("Both maxShardSize and numShards are given. Pass one of them.", nameof(numShards));
    }

    /// <exception cref="ArgumentException">
    /// The name of the configuration or of a split is invalid, or an option has no meaning here.
    /// </exception>
    /// <exception cref="DatasetException">There is no split, or the splits have different columns.</exception>
    private static void Check(
        string configName, IReadOnlyList<(string Name, Dataset Rows, int? NumShards)> splits, HubUploadOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(configName);
        if (configName == "data" || configName.AsSpan().ContainsAny("/[]{}") || HubName.Problem(configName) is not null)
            throw new ArgumentException($"'{configName}' cannot be the name of a configuration, because the files of a configuration are "
                + "uploaded to a folder with its name. Choose a name without the characters / \\ : * ? \" < > | [ ] { }. 'data' is the "
                + "folder of the default configuration and is not allowed.", nameof(configName));
        if (options.PathInRepository is not null || options.Filter is not null)
            throw new ArgumentException("PathInRepository and Filter cannot be used with a dataset, because the names of the files depend "
                + "on the configuration and the split. Use configName, or UploadFolderAsync for other files.", nameof(options));
        if (splits.Count == 0)
            throw new DatasetException("The DatasetDict has no split to upload. Add at least one, such as \"train\".");
        foreach (var (name, _, number) in splits)
        {
            if (!CardConfiguration.IsSplitName(name))
                throw new ArgumentException($"'{name}' cannot be the name of a split. The name of a split can contain only letters, "
                    + "digits, '_' and '.', for example \"train\".", nameof(splits));
            if (number is { } shards) ArgumentOutOfRangeException.ThrowIfLessThan(shards, 1, "numShards");
        }
        var first = splits[0];
        if (splits.FirstOrDefault(split => !ColumnTypes.AreSame(split.Rows.Features, first.Rows.Features)) is { Rows: { } rows } other)
            throw new DatasetException($"The splits '{first.Name}' ({ColumnTypes.Describe(first.Rows.Features)}) and '{other.Name}' "
                + $"({ColumnTypes.Describe(rows.Features)}) have different columns. All splits of a configuration must have the same "
                + "columns and types. Remove or convert columns (RemoveColumns, CastColumn), or push the splits separately with different "
                + "values of configName.");
    }

    private async Task<HubCommit> UploadAsync(IReadOnlyList<PushedSplit> pushed, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var found = await _client.GetRepositoryAsync(
                _repository, _options.Revision, HubRepositoryType.Dataset, cancellationToken).ConfigureAwait(false);
            var files = await _client.FileSizesAsync(found, cancellationToken).ConfigureAwait(false);
            await UpdateCardAsync(found, files, pushed, cancellationToken).ConfigureAwait(false);
            var written = pushed.SelectMany(split => split.Files).ToHashSet(StringComparer.Ordinal);
            string[] outdated = [.. files.Keys.Where(file => FileFormat.IsData(file) && !written.Contains(file) && pushed.Any(split =>
                file.StartsWith(PushedSplit.Prefix(DataFolder, split.Name), StringComparison.Ordinal)))];
            try
            {
                return await _client.ReplaceFilesAsync(
                    _repository, _folder, outdated, _options with { ParentCommit = _options.ParentCommit ?? found.Commit },
                    "Upload dataset", cancellationToken).ConfigureAwait(false);
            }
            // Another commit came first. It may have changed the card, so the card is read again.
            catch (HubException error) when (error.Reason == HubError.Conflict && _options.ParentCommit is null && attempt < MaxAttempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100 * attempt), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task UpdateCardAsync(HubRepository found, IReadOnlyDictionary<string, long> files, IReadOnlyList<PushedSplit> pushed,
        CancellationToken cancellationToken)
    {
        string? text = null;
        if (files.ContainsKey(DatasetCard.FileName))
            text = await File.ReadAllTextAsync(await _client.DownloadFileAsync(
                _repository, DatasetCard.FileName, found.Commit, HubRepositoryType.Dataset, cancellationToken).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        var update = new CardUpdate(text, $"the dataset repository '{_repository}'", _configuration, DataFolder, files);
        await File.WriteAllTextAsync(
            Path.Combine(_folder, DatasetCard.FileName), update.Apply(pushed, _isWhole), cancellationToken).ConfigureAwait(false);
    }
}
