using System.Text.Json;

namespace PeftSharp.Hub;

/// <content>Creating repositories and uploading files.</content>
public sealed partial class HubClient
{
    /// <summary>Creates a repository (<c>create_repo</c>).</summary>
    /// <param name="repository">
    /// The name, such as <c>owner/my-model</c>. Without an owner, the repository belongs to the account of the token.
    /// </param>
    /// <param name="isPrivate">
    /// Whether only the owner can see the repository; ignored for an existing repository. Null: the default of the account, which is
    /// usually false.
    /// </param>
    /// <param name="allowExisting">
    /// Whether an existing repository is accepted. If false, an existing repository is an error. Default true.
    /// </param>
    /// <param name="repositoryType">The type of the repository (<c>repo_type</c>). Default: a model.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The name of the repository with its owner.</returns>
    /// <exception cref="ArgumentException">The name is invalid.</exception>
    /// <exception cref="HubException">
    /// The token is missing or has no write permission, the repository exists and <paramref name="allowExisting"/> is false
    /// (<see cref="HubError.Conflict"/>), the Hub cannot be reached, or <see cref="IsOffline"/> is true.
    /// </exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public async Task<string> CreateRepositoryAsync(
        string repository, bool? isPrivate = null, bool allowExisting = true,
        HubRepositoryType repositoryType = HubRepositoryType.Model, CancellationToken cancellationToken = default)
    {
        var request = CheckUpload(repository, revision: null, repositoryType);
        var parts = repository.Split('/');
        var payload = new Dictionary<string, string?> { ["name"] = parts[^1], ["organization"] = parts.Length > 1 ? parts[0] : null };
        if (isPrivate is { } hidden) payload["visibility"] = hidden ? "private" : "public";
        payload["type"] = repositoryType == HubRepositoryType.Dataset ? "dataset" : "model";
        var body = JsonSerializer.SerializeToUtf8Bytes(payload);
        try
        {
            var answer = await _connection.RepeatAsync(request, async token =>
            {
                using var response = await _connection.SendAsync(
                    HttpMethod.Post, _settings.Address("api/repos/create"), request, _ => HubConnection.Json(body), token)
                    .ConfigureAwait(false);
                return await _connection.ReadAsync(response, request, token).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
            return NameIn(answer) ?? throw HubErrors.NotAHub(_settings, request, "url", null);
        }
        catch (HubException error) when (error.Reason == HubError.Conflict)
        {
            if (!allowExisting)
                throw request.Error(HubError.Conflict, "it exists already. Choose another name, or set allowExisting.", error);
            return parts.Length > 1 ? repository
                : $"{await GetAccountAsync(request, cancellationToken).ConfigureAwait(false)}/{repository}";
        }
        catch (HubException error) when (error.Reason == HubError.Forbidden && allowExisting && parts.Length > 1)
        {
            // A token that is restricted to one repository cannot create the repository.
            try { await GetRepositoryAsync(repository, null, repositoryType, cancellationToken).ConfigureAwait(false); }
            catch (HubException missing) when (missing.Reason == HubError.RepositoryNotFound) { throw error; }
            return repository;
        }
    }

    /// <summary>Uploads the files of a folder in one commit (<c>upload_folder</c>).</summary>
    /// <remarks>
    /// Files whose content is already in the repository are not uploaded. If no file has changed, no commit is created. Large files are
    /// uploaded first, and the commit is the last step. If an earlier step fails, the repository is unchanged, and the next attempt does
    /// not upload again the large files that are complete.
    /// </remarks>
    /// <param name="repository">The repository, which must exist (<see cref="CreateRepositoryAsync"/>).</param>
    /// <param name="folder">The folder.</param>
    /// <param name="options">
    /// Options of the upload, such as the branch, the title of the commit, and which files are uploaded. Null: the defaults.
    /// </param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    /// <returns>The commit. If no file has changed, the current commit of the branch.</returns>
    /// <exception cref="ArgumentException">
    /// The name of the repository or of a file is invalid, an option is invalid, or no file is selected.
    /// </exception>
    /// <exception cref="HubException">The upload failed. The message names the remedy.</exception>
    /// <exception cref="IOException">The folder or a file cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    public Task<HubCommit> UploadFolderAsync(
        string repository, string folder, HubUploadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return ReplaceFilesAsync(
            repository, folder, [], options ?? new HubUploadOptions(), "Upload folder using PeftSharp", cancellationToken);
    }
    /// <summary>Uploads one file in one commit (<c>upload_file</c>).</summary>
    /// <param name="repository">The repository, which must exist (<see cref="CreateRepositoryAsync"/>).</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="fileName">The name in the repository; folders are separated by <c>/</c>. Null: the name of the file.</param>
    /// <param name="options">Options of the upload, such as the branch and the title of the commit. Null: the defaults.</param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    /// <inheritdoc cref="UploadFolderAsync" path="//exception|//remarks|//returns"/>
    public Task<HubCommit> UploadFileAsync(
        string repository, string path, string? fileName = null, HubUploadOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new HubUploadOptions();
        var file = new UploadFile(path, UploadFolder.NameOf(
            options.PathInRepository, fileName ?? Path.GetFileName(path), fileName is null ? nameof(path) : nameof(fileName)));
        return UploadAsync(repository, [file], [], options, $"Upload {file.Name} with PeftSharp", cancellationToken);
    }

    /// <summary>Uploads the files of a folder and deletes files of the repository, in one commit.</summary>
    internal Task<HubCommit> ReplaceFilesAsync(string repository, string folder, IReadOnlyList<string> deletions, HubUploadOptions options,
        string title, CancellationToken cancellationToken)
    {
        var files = UploadFolder.Find(folder, options.PathInRepository, options.Filter);
        if (files.Length == 0)
            throw new ArgumentException(
                $"The folder '{folder}' contains no file to upload{(options.Filter is null ? "" : " that the filter selects")}.",
                nameof(folder));
        return UploadAsync(repository, files, deletions, options, title, cancellationToken);
    }

    /// <summary>The files of a commit with their sizes in bytes.</summary>
    internal async Task<IReadOnlyDictionary<string, long>> FileSizesAsync(HubRepository repository, CancellationToken cancellationToken)
    {
        var request = Check(repository.Name, repository.Commit, repository.Type);
        return await GuardAsync(request, () => Tree(request).ReadSizesAsync(repository.Commit, cancellationToken)).ConfigureAwait(false);
    }

    private async Task<HubCommit> UploadAsync(string repository, UploadFile[] files, IReadOnlyList<string> deletions,
        HubUploadOptions options, string title, CancellationToken cancellationToken)
    {
        var request = CheckUpload(repository, options.Revision, options.RepositoryType);
        if (options.ParentCommit is { } parent && !HubName.IsCommit(parent))
            throw new ArgumentException($"ParentCommit is '{parent}', but it must be the hash of a commit: 40 hexadecimal digits.");
        if (options.CommitMessage is { } message && string.IsNullOrWhiteSpace(message))
            throw new ArgumentException("CommitMessage is empty. Set a title, or null for the default.");
        return await new HubUpload(_settings, _connection, request).RunAsync(
            files, deletions, options, title, cancellationToken).ConfigureAwait(false)
            ?? await UnchangedAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HubCommit> UnchangedAsync(HubRequest request, CancellationToken cancellationToken)
    {
        var found = await GetRepositoryAsync(request.Repository, request.Revision, request.Type, cancellationToken).ConfigureAwait(false);
        return new HubCommit(found.Name, found.Commit, _settings.Address($"{request.Path}/commit/{found.Commit}"), []);
    }

    private HubRequest CheckUpload(string repository, string? revision, HubRepositoryType type)
    {
        var request = Check(repository, revision, type);
        return !_settings.Offline ? request : throw request.Error(HubError.Offline,
            "HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE or HubOptions.Offline disables uploads. Remove the setting to upload.");
    }

    /// <summary>Returns the owner and the name of a repository from its address; null if the response is not as expected.</summary>
    private static string? NameIn(byte[] answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.GetProperty("url").GetString()?.TrimEnd('/').Split('/') is [.., var owner, var name]
                && HubName.IsRepository($"{owner}/{name}") ? $"{owner}/{name}" : null;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException) { return null; }
    }

    /// <summary>Returns the name of the account of the token.</summary>
    private async Task<string> GetAccountAsync(HubRequest request, CancellationToken cancellationToken)
    {
        var answer = await _connection.RepeatAsync(request, async token =>
        {
            using var response = await _connection.SendAsync(
                HttpMethod.Get, _settings.Address("api/whoami-v2"), request, offset: 0, onlyEndpoint: true, token).ConfigureAwait(false);
            return await _connection.ReadAsync(response, request, token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.GetProperty("name").GetString() ?? throw HubErrors.NotAHub(_settings, request, "name", null);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw HubErrors.NotAHub(_settings, request, "name", null, error);
        }
    }
}
