using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using PeftSharp.Internal;

namespace PeftSharp.Hub;

/// <summary>
/// Downloads files of models and datasets from the Hugging Face Hub to the cache that Python's <c>huggingface_hub</c> uses on the same
/// machine, and uploads files.
/// </summary>
/// <remarks>
/// <para>
/// A file that is in the cache is not downloaded again. An interrupted download is resumed. A file becomes visible only when it is
/// complete; its length and its hash are checked if the server announces them. If a request fails with the reason
/// <see cref="HubError.Connection"/>, <see cref="HubError.Server"/> or <see cref="HubError.RateLimited"/>, the cached files of the
/// revision are used and a warning is logged.
/// </para>
/// <para>Thread safety: several threads, and several processes, can download at once.</para>
/// </remarks>
public sealed partial class HubClient : IDisposable
{
    internal const string DefaultRevision = "main";
    private readonly HubSettings _settings;
    private readonly HubConnection _connection;

    /// <summary>Creates a client.</summary>
    /// <param name="options">Address, token, cache and network. Null: the defaults and the environment variables.</param>
    /// <exception cref="ArgumentException">An option or an environment variable is invalid.</exception>
    /// <exception cref="HubException">The file that contains the token cannot be read.</exception>
    public HubClient(HubOptions? options = null) : this(new HubSettings(options)) { }

    internal HubClient(HubSettings settings) => (_settings, _connection) = (settings, new HubConnection(settings));

    /// <summary>The address of the Hub or of the mirror.</summary>
    public Uri Endpoint => _settings.Endpoint;

    /// <summary>The folder of the cache.</summary>
    public string CacheFolder => _settings.CacheFolder;

    /// <summary>Whether only the cache is used.</summary>
    public bool IsOffline => _settings.Offline;

    /// <summary>
    /// Whether a text can be the name of a repository: <c>NAME</c> or <c>OWNER/NAME</c>. The loaders prefer an existing folder with this
    /// name.
    /// </summary>
    /// <param name="name">The text.</param>
    public static bool IsRepositoryName(string name) => HubName.IsRepository(name);

    /// <summary>Downloads one file, unless it is in the cache (<c>hf_hub_download</c>).</summary>
    /// <param name="repository">The repository, such as <c>gpt2</c> or <c>google/flan-t5-base</c>.</param>
    /// <param name="fileName">The name of the file in the repository. Folders are separated by <c>/</c>.</param>
    /// <param name="revision">Branch, tag or commit. Null: <c>main</c>.</param>
    /// <param name="repositoryType">The type of the repository (<c>repo_type</c>). Default: a model.</param>
    /// <param name="cancellationToken">Cancels the download. The part that was downloaded is kept for the next attempt.</param>
    /// <returns>The path of the file in the cache. Do not change the file.</returns>
    /// <exception cref="ArgumentException">A name is invalid.</exception>
    /// <exception cref="HubException">The file cannot be obtained.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public async Task<string> DownloadFileAsync(
        string repository, string fileName, string? revision = null, HubRepositoryType repositoryType = HubRepositoryType.Model,
        CancellationToken cancellationToken = default)
    {
        HubName.CheckFile(fileName);
        var request = Check(repository, revision, repositoryType) with { File = fileName };
        return await GuardAsync(request, () => ObtainAsync(request, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Downloads files of one revision, unless they are in the cache (<c>snapshot_download</c>).</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="filter">Selects the files by name. Null: all files.</param>
    /// <param name="revision">Branch, tag or commit. Null: <c>main</c>.</param>
    /// <param name="repositoryType">The type of the repository (<c>repo_type</c>). Default: a model.</param>
    /// <param name="cancellationToken">Cancels the download. The parts that were downloaded are kept for the next attempt.</param>
    /// <returns>
    /// The folder of the revision in the cache. Do not change its files. If only the cache can be used, and it does not contain the list of
    /// all files of the revision, the folder may lack files that were never downloaded.
    /// </returns>
    /// <exception cref="ArgumentException">A name is invalid.</exception>
    /// <exception cref="HubException">
    /// The repository or revision does not exist, access to it is refused, or a file that is not in the cache cannot be downloaded.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public async Task<string> DownloadSnapshotAsync(
        string repository, Func<string, bool>? filter = null, string? revision = null,
        HubRepositoryType repositoryType = HubRepositoryType.Model, CancellationToken cancellationToken = default)
    {
        var found = await FindRepositoryAsync(repository, revision, repositoryType, cancellationToken).ConfigureAwait(false);
        var request = Check(repository, revision, repositoryType);
        if (found is null) return CachedSnapshot(request, filter);
        await DownloadFilesAsync(found, found.Files.Where(filter ?? (_ => true)), cancellationToken).ConfigureAwait(false);
        SetCommit(found, revision);
        return Cache(request).Snapshot(found.Commit);
    }

    /// <summary>Returns the commit and the files of a revision.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="revision">Branch, tag or commit. Null: <c>main</c>.</param>
    /// <param name="repositoryType">The type of the repository (<c>repo_type</c>). Default: a model.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <exception cref="ArgumentException">A name is invalid.</exception>
    /// <exception cref="HubException">
    /// The repository or revision does not exist, access to it is refused, the request failed, or <see cref="IsOffline"/> is true.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public async Task<HubRepository> GetRepositoryAsync(
        string repository, string? revision = null, HubRepositoryType repositoryType = HubRepositoryType.Model,
        CancellationToken cancellationToken = default)
    {
        var request = Check(repository, revision, repositoryType);
        if (_settings.Offline)
            throw request.Error(HubError.Offline,
                "HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE or HubOptions.Offline disables requests. Remove the setting.");
        return await GuardAsync(request, () => ReadRepositoryAsync(request, once: false, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Returns the path of a file in the cache without any request (<c>try_to_load_from_cache</c>).</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="fileName">The name of the file in the repository.</param>
    /// <param name="revision">Branch, tag or commit. Null: <c>main</c>, at the commit of its last download.</param>
    /// <param name="repositoryType">The type of the repository (<c>repo_type</c>). Default: a model.</param>
    /// <returns>The path, or null if the file is not in the cache.</returns>
    /// <exception cref="ArgumentException">A name is invalid.</exception>
    public string? FindCachedFile(
        string repository, string fileName, string? revision = null, HubRepositoryType repositoryType = HubRepositoryType.Model)
    {
        var request = Check(repository, revision, repositoryType);
        HubName.CheckFile(fileName);
        return Cache(request).Find(request.Revision, fileName);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _connection.Dispose();

    /// <summary>
    /// Returns the commit and the files of a revision; null if the Hub is not used (offline or not reachable) and the cache contains the
    /// revision.
    /// </summary>
    internal async Task<HubRepository?> FindRepositoryAsync(
        string repository, string? revision, HubRepositoryType repositoryType, CancellationToken cancellationToken)
    {
        var request = Check(repository, revision, repositoryType);
        var commit = CachedCommit(request);
        if (_settings.Offline) return commit is null ? throw OfflineError(request) : null;
        try
        {
            return await GuardAsync(request, () => ReadRepositoryAsync(request, once: commit is not null, cancellationToken))
                .ConfigureAwait(false);
        }
        catch (HubException error) when (commit is not null && IsUnreachable(error))
        {
            _settings.Logger.LogWarning("{Message} The cached files of commit {Commit} are used.", error.Message, commit);
            return null;
        }
    }

    /// <summary>Downloads files of a commit, several at once.</summary>
    internal async Task DownloadFilesAsync(HubRepository repository, IEnumerable<string> files, CancellationToken cancellationToken)
    {
        var names = files.ToArray();
        foreach (var (name, problem) in HubName.Problems(names))
            throw new HubRequest(repository.Name, repository.Commit, name, repository.Type).Error(
                HubError.Server, $"this file name is not allowed: {problem}. Nothing was downloaded.");
        await Parallel.ForEachAsync(
            names,
            new ParallelOptions { MaxDegreeOfParallelism = _settings.MaxParallelDownloads, CancellationToken = cancellationToken },
            async (name, token) =>
                await DownloadFileAsync(repository.Name, name, repository.Commit, repository.Type, token).ConfigureAwait(false))
            .ConfigureAwait(false);
    }

    /// <summary>Records the commit of the revision, after its files have been downloaded.</summary>
    internal void SetCommit(HubRepository repository, string? revision)
    {
        var request = Check(repository.Name, revision, repository.Type);
        Store(request, () => Cache(request).SetCommit(request.Revision, repository.Commit));
    }

    internal HubCache Cache(HubRequest request) => new(_settings, request.Repository, request.Type);

    /// <summary>Returns the commit of a revision if the cache contains its folder; null otherwise.</summary>
    internal string? CachedCommit(HubRequest request) =>
        Cache(request).CommitOf(request.Revision) is { } commit && Directory.Exists(Cache(request).Snapshot(commit)) ? commit : null;

    /// <summary>Returns the list of all files of a commit.</summary>
    internal HubTree Tree(HubRequest request) => new(_settings, _connection, request, Cache(request));

    internal HubException OfflineError(HubRequest request) => request.Error(HubError.Offline, "it is not in the cache "
        + $"('{CacheFolder}'), and HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE or HubOptions.Offline disables downloads. Download it once on a "
        + $"machine with access to {Endpoint}, or pass the path of a folder.");

    /// <summary>
    /// Returns the folder of a revision in the cache, without any request. Throws if the cache contains the list of the files of the
    /// revision and one of these files is missing.
    /// </summary>
    private string CachedSnapshot(HubRequest request, Func<string, bool>? filter)
    {
        var (cache, commit) = (Cache(request), CachedCommit(request)!);
        string[] missing = [.. (Tree(request).Find(commit) ?? []).Where(filter ?? (_ => true))
            .Where(file => HubName.Problem(file) is not null || cache.Find(commit, file) is null)];
        return missing.Length == 0 ? cache.Snapshot(commit)
            : throw (request with { File = missing[0] }).Error(HubError.Offline,
                (missing.Length > 1 ? $"it and {Quantity.Of(missing.Length - 1, "other file")} of the commit are" : "it is")
                + $" not in the cache ('{CacheFolder}'). "
                + (_settings.Offline ? "HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE or HubOptions.Offline disables downloads. "
                    : "The Hub cannot be reached. ")
                + $"Download the repository again with access to {Endpoint}.");
    }

    private static HubRequest Check(string repository, string? revision, HubRepositoryType repositoryType)
    {
        HubName.CheckRepository(repository);
        HubName.CheckRevision(revision ?? DefaultRevision);
        if (!Enum.IsDefined(repositoryType))
            throw new ArgumentOutOfRangeException(
                nameof(repositoryType), repositoryType, $"repositoryType must be a member of {nameof(HubRepositoryType)}.");
        return new HubRequest(repository, revision ?? DefaultRevision, File: null, repositoryType);
    }

    private static bool IsUnreachable(HubException error) =>
        error.Reason is HubError.Connection or HubError.Server or HubError.RateLimited;

    private async Task<string> ObtainAsync(HubRequest request, CancellationToken cancellationToken)
    {
        var (cache, name) = (Cache(request), request.File!);
        var cached = cache.Find(request.Revision, name);
        if (cached is not null && (_settings.Offline || HubName.IsCommit(request.Revision)))
        {
            if (!_settings.Offline) HubCache.DeletePartial(cached);
            return cached;
        }
        if (_settings.Offline) throw OfflineError(request);
        HubFile file;
        try { file = await ReadFileAsync(request, once: cached is not null, cancellationToken).ConfigureAwait(false); }
        catch (HubException error) when (cached is not null && IsUnreachable(error))
        {
            _settings.Logger.LogWarning("{Message} The cached file '{Path}' is used.", error.Message, cached);
            return cached;
        }
        var path = cache.File(file.Commit, name);
        if (!Fits(HubCache.LengthOf(path), file)) await DownloadAsync(cache, request, file, cancellationToken).ConfigureAwait(false);
        cache.SetCommit(request.Revision, file.Commit);
        return path;
    }

    private async Task DownloadAsync(HubCache cache, HubRequest request, HubFile file, CancellationToken cancellationToken)
    {
        cache.Create();
        var (blob, path) = (cache.Blob(file.ETag), cache.File(file.Commit, request.File!));
        using var held = await HubLock.AcquireAsync(cache.LockFile(file.ETag), cancellationToken).ConfigureAwait(false);
        if (Fits(HubCache.LengthOf(path), file)) return;
        var isNew = !Fits(HubCache.LengthOf(blob), file);
        if (isNew)
            await new HubDownload(_settings, _connection, request, file).RunAsync(blob, cancellationToken).ConfigureAwait(false);
        HubCache.DeletePartial(cache.Link(file.ETag, file.Commit, request.File!, isNew));
    }

    /// <summary>Returns whether a cached file is complete. A file with another length is damaged, and is downloaded again.</summary>
    private static bool Fits(long? length, HubFile file) => length is not null && (file.Size is null || length == file.Size);

    /// <summary>
    /// Reads the commit, the ETag and the size of a file from the headers of the response. The headers are also in a redirect to another
    /// host.
    /// </summary>
    private async Task<HubFile> ReadFileAsync(HubRequest request, bool once, CancellationToken cancellationToken)
    {
        var address = _settings.Address(
            $"{request.Path}/resolve/{Uri.EscapeDataString(request.Revision)}/{HubName.Escape(request.File!)}");
        try
        {
            using var response = await _connection.RepeatAsync(request, token => _connection.SendAsync(
                HttpMethod.Head, address, request, offset: 0, onlyEndpoint: true, token), cancellationToken, once).ConfigureAwait(false);
            var isRedirect = (int)response.StatusCode / 100 == 3;
            var commit = HubErrors.Header(response, "X-Repo-Commit");
            if (commit is null || !HubName.IsCommit(commit)) throw NotAHub(request, "X-Repo-Commit", commit);
            var etag = (HubErrors.Header(response, "X-Linked-Etag") ?? HubErrors.Header(response, "ETag"))?.TrimStart('W', '/').Trim('"');
            if (etag is null || !HubName.IsETag(etag)) throw NotAHub(request, "ETag", etag);
            if (HubName.IsCommit(request.Revision) && commit != request.Revision) throw NotAHub(request, "X-Repo-Commit", commit);
            return new HubFile(commit, etag, HubErrors.Header(response, "X-Linked-Size") is { } size
                ? Size(size) ?? throw NotAHub(request, "X-Linked-Size", size)
                : isRedirect ? null : response.Content.Headers.ContentLength);
        }
        catch (HubException error) when (error.Reason == HubError.FileNotFound && error.Data[HubErrors.CommitKey] is string commit)
        {
            Store(request, () => Cache(request).SetMissing(commit, request.File!));
            throw;
        }
    }

    private async Task<HubRepository> ReadRepositoryAsync(HubRequest request, bool once, CancellationToken cancellationToken)
    {
        var address = _settings.Address($"{request.ApiPath}/revision/{Uri.EscapeDataString(request.Revision)}");
        var bytes = await _connection.RepeatAsync(request, async token =>
        {
            using var response = await _connection.SendAsync(
                HttpMethod.Get, address, request, offset: 0, onlyEndpoint: false, token).ConfigureAwait(false);
            return await _connection.ReadAsync(response, request, token).ConfigureAwait(false);
        }, cancellationToken, once).ConfigureAwait(false);
        try
        {
            using var json = JsonDocument.Parse(bytes);
            var commit = json.RootElement.GetProperty("sha").GetString();
            if (commit is null || !HubName.IsCommit(commit)) throw NotAHub(request, "sha", commit);
            return new HubRepository(request.Repository, commit,
                [.. json.RootElement.GetProperty("siblings").EnumerateArray().Select(file => file.GetProperty("rfilename").GetString()
                    ?? throw NotAHub(request, "names of files", null))])
            { Type = request.Type };
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw NotAHub(request, "sha and siblings", null, error);
        }
    }

    private HubException NotAHub(HubRequest request, string what, string? value, Exception? inner = null) =>
        HubErrors.NotAHub(_settings, request, what, value, inner);

    private static long? Size(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null;

    /// <summary>Runs an action, and converts file system errors of the cache to <see cref="HubException"/>.</summary>
    internal async Task<T> GuardAsync<T>(HubRequest request, Func<Task<T>> action)
    {
        try { return await action().ConfigureAwait(false); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw StorageError(request, error); }
    }

    internal void Store(HubRequest request, Action action)
    {
        try { action(); }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException) { throw StorageError(request, error); }
    }

    private HubException StorageError(HubRequest request, Exception error) => request.Error(HubError.Storage,
        $"the cache '{CacheFolder}' cannot be read or written ({error.Message}). Correct its permissions, or choose another folder with "
        + "HF_HOME or CacheFolder.", error);
}
