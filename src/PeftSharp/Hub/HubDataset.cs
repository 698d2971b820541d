using Microsoft.Extensions.Logging;

namespace PeftSharp.Hub;

/// <summary>A revision of a dataset repository: the names of its files, and their download to the cache.</summary>
internal sealed class HubDataset : IDisposable
{
    /// <summary>The branch to which the Hub writes the Parquet files that it converts from the files or the script of a dataset.</summary>
    internal const string ConvertedBranch = "refs/convert/parquet";

    private readonly HubClient _client;
    private readonly HubRequest _request;
    private readonly bool _isCached;

    private HubDataset(HubClient client, HubRequest request, string commit, IReadOnlyList<string> files, bool isCached) =>
        (_client, _request, Commit, Files, _isCached) = (client, request, commit, files, isCached);

    internal string Name => _request.Repository;

    /// <summary>Branch, tag or commit.</summary>
    internal string Revision => _request.Revision;

    internal string Commit { get; }

    /// <summary>The names of all files of the revision. Folders are separated by <c>/</c>.</summary>
    internal IReadOnlyList<string> Files { get; }

    /// <summary>
    /// Returns whether an argument can be the name of a dataset: it has the form of a name of a repository, and there is no folder or
    /// file of this name.
    /// </summary>
    internal static bool IsName(string path) => HubFolder.IsName(path);

    /// <summary>Finds a revision.</summary>
    /// <param name="name">The name of the repository.</param>
    /// <param name="revision">Branch, tag or commit. Null: <c>main</c>.</param>
    /// <param name="options">Options of the download. Null: the defaults.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="HubException">
    /// The revision does not exist, or the Hub cannot be reached and the cache does not contain the revision.
    /// </exception>
    internal static async Task<HubDataset> OpenAsync(
        string name, string? revision, HubOptions? options, CancellationToken cancellationToken)
    {
        var client = new HubClient(options);
        try
        {
            var request = new HubRequest(name, revision ?? HubClient.DefaultRevision, File: null, HubRepositoryType.Dataset);
            if (HubName.IsCommit(request.Revision) && client.Tree(request).Find(request.Revision) is { } known)
                return new HubDataset(client, request, request.Revision, known, client.IsOffline);
            var found = await client.FindRepositoryAsync(name, revision, HubRepositoryType.Dataset, cancellationToken)
                .ConfigureAwait(false);
            var commit = found?.Commit ?? client.CachedCommit(request)!;
            var files = await client.GuardAsync(
                request, () => FilesAsync(client, request, found, commit, options?.Logger, cancellationToken)).ConfigureAwait(false);
            return new HubDataset(client, request, commit, files, isCached: found is null);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Downloads files, unless they are in the cache.</summary>
    /// <returns>The paths in the cache, in the given order.</returns>
    /// <exception cref="HubException">A file cannot be obtained.</exception>
    internal async Task<IReadOnlyList<string>> DownloadAsync(IReadOnlyList<string> files, CancellationToken cancellationToken)
    {
        var cache = _client.Cache(_request);
        if (!_isCached)
        {
            var repository = new HubRepository(Name, Commit, Files) { Type = HubRepositoryType.Dataset };
            await _client.DownloadFilesAsync(repository, files, cancellationToken).ConfigureAwait(false);
            _client.SetCommit(repository, Revision);
        }
        return [.. files.Select(file =>
            cache.Find(Commit, file) ?? throw _client.OfflineError(_request with { File = file }))];
    }

    public void Dispose() => _client.Dispose();

    private static async Task<IReadOnlyList<string>> FilesAsync(HubClient client, HubRequest request, HubRepository? found, string commit,
        ILogger? logger, CancellationToken cancellationToken)
    {
        var tree = client.Tree(request);
        if (tree.Find(commit) is { } known)
            return known;
        if (found is not null)
            return await tree.ReadAsync(commit, cancellationToken).ConfigureAwait(false);
        // Older versions of huggingface_hub store no list. With them, Python's datasets has downloaded all files of a configuration, so the
        // cached files suffice for it.
        logger?.LogWarning("{Request}: the cache has no list of the files, so only the cached files are known.", request);
        var folder = client.Cache(request).Snapshot(commit);
        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];
    }
}
