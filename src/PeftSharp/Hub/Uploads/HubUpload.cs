using System.Text.Json;

namespace PeftSharp.Hub;

/// <summary>Uploads files in one commit: asks the Hub how to store each file, uploads large files, and commits at the end.</summary>
/// <param name="settings">Endpoint, token and limits.</param>
/// <param name="connection">Sends the requests.</param>
/// <param name="request">The repository and the branch.</param>
internal sealed class HubUpload(HubSettings settings, HubConnection connection, HubRequest request)
{
    private const int FilesPerRequest = 256;

    /// <summary>Uploads the files that have changed, and deletes files.</summary>
    /// <returns>The commit. Null: nothing has changed.</returns>
    /// <exception cref="HubException">
    /// The upload failed. Nothing was committed, except if the message says that the state of the commit is not known.
    /// </exception>
    internal async Task<HubCommit?> RunAsync(IReadOnlyList<UploadFile> files, IReadOnlyList<string> deletions, HubUploadOptions options,
        string title, CancellationToken cancellationToken)
    {
        if (files.FirstOrDefault(file => file.Name == "README.md") is { } card)
            await CheckCardAsync(card, cancellationToken).ConfigureAwait(false);
        foreach (var group in files.Chunk(FilesPerRequest)) await AskAsync(group, options, cancellationToken).ConfigureAwait(false);
        var wanted = files.Where(file => !file.IsIgnored).ToArray();
        await Parallel.ForEachAsync(wanted, cancellationToken, async (file, token) =>
            await file.ComputeHashAsync(token).ConfigureAwait(false)).ConfigureAwait(false);
        var changed = wanted.Where(file => !file.IsUnchanged).ToArray();
        if (changed.Length == 0 && deletions.Count == 0) return null;
        await new LargeFileUpload(settings, connection, request, options.Progress)
            .RunAsync([.. changed.Where(file => file.IsLarge)], cancellationToken).ConfigureAwait(false);
        if (changed.FirstOrDefault(file => file.HasChanged()) is { } modified)
            throw (request with { File = modified.Name }).Error(HubError.Storage,
                $"'{modified.LocalPath}' was changed during the upload. Nothing was committed; upload again when the file is complete.");
        return await CommitAsync(changed, deletions, options, title, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Asks the Hub to check the metadata of a card before the upload. Otherwise the Hub would reject the commit after all files have been
    /// uploaded.
    /// </summary>
    private async Task CheckCardAsync(UploadFile card, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            content = await File.ReadAllTextAsync(card.LocalPath, cancellationToken).ConfigureAwait(false),
            repoType = request.Type == HubRepositoryType.Dataset ? "dataset" : "model",
        });
        var its = request with { File = card.Name };
        try
        {
            using var response = await connection.RepeatAsync(its, token => connection.SendAsync(
                HttpMethod.Post, settings.Address("api/validate-yaml"), its, _ => HubConnection.Json(body), token), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (HubException error) when (error.Reason == HubError.RepositoryNotFound) { }     // a mirror that does not check cards
    }

    /// <summary>Asks the Hub for each file whether it is stored as a large file, and which content the repository has.</summary>
    private async Task AskAsync(UploadFile[] files, HubUploadOptions options, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            files = files.Select(file => new { path = file.Name, sample = Convert.ToBase64String(file.ReadSample()), size = file.Size }),
        });
        var answer = await connection.RepeatAsync(request, async token =>
        {
            using var response = await connection.SendAsync(
                HttpMethod.Post, Address("preupload", options), request, _ => HubConnection.Json(body), token).ConfigureAwait(false);
            return await connection.ReadAsync(response, request, token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        Parse(answer, json =>
        {
            var found = json.GetProperty("files").EnumerateArray().ToDictionary(item => item.GetProperty("path").GetString()!);
            foreach (var file in files)
            {
                var item = found[file.Name];
                // The storage does not accept empty objects.
                file.IsLarge = item.GetProperty("uploadMode").GetString() == "lfs" && file.Size > 0;
                file.IsIgnored = item.TryGetProperty("shouldIgnore", out var ignored) && ignored.ValueKind == JsonValueKind.True;
                file.RemoteHash = item.TryGetProperty("oid", out var hash) ? hash.GetString() : null;
            }
            return true;
        });
    }

    private async Task<HubCommit> CommitAsync(UploadFile[] files, IReadOnlyList<string> deletions, HubUploadOptions options, string title,
        CancellationToken cancellationToken)
    {
        byte[] answer;
        try
        {
            answer = await connection.RepeatAsync(request, async token =>
            {
                using var response = await connection.SendAsync(HttpMethod.Post, Address("commit", options), request,
                    keepAlive => new CommitContent(options, title, files, deletions, keepAlive), token, mayHaveEffect: true)
                    .ConfigureAwait(false);
                try { return await connection.ReadAsync(response, request, token).ConfigureAwait(false); }
                catch (TransientHubException error)
                {
                    throw new TransientHubException(error.Reason, error.Message, inner: error) { MayHaveEffect = true };
                }
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (HubException error) when (error.InnerException is TransientHubException { MayHaveEffect: true })
        {
            throw request.Error(error.Reason, "the connection was lost or the server failed during the commit, so it is not known whether "
                + $"the commit exists ({error.InnerException.Message}). Look at "
                + $"{settings.Address($"{request.Path}/commits/{request.Revision}")}, or upload again: files that have not changed are not "
                + "uploaded twice.", error);
        }
        return Parse(answer, json => new HubCommit(
            request.Repository, json.GetProperty("commitOid").GetString()!, new Uri(json.GetProperty("commitUrl").GetString()!),
            [.. files.Select(file => file.Name), .. deletions])
        {
            PullRequest = options.CreatePullRequest && json.TryGetProperty("pullRequestUrl", out var url) && url.GetString() is { } text
                ? new Uri(text) : null,
        });
    }

    private Uri Address(string operation, HubUploadOptions options) => settings.Address(
        $"{request.ApiPath}/{operation}/{Uri.EscapeDataString(request.Revision)}{(options.CreatePullRequest ? "?create_pr=1" : "")}");

    private T Parse<T>(byte[] answer, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return read(json.RootElement);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException
            or UriFormatException)
        {
            throw request.Error(HubError.Server, $"the response of {settings.Endpoint.Host} does not come from a Hugging Face endpoint. "
                + HubErrors.CheckEndpoint, error);
        }
    }
}
