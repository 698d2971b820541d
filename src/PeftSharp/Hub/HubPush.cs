namespace PeftSharp.Hub;

/// <summary>Saves files to a temporary folder and uploads them to a repository, which is created if it does not exist.</summary>
internal static class HubPush
{
    /// <param name="repository">The repository.</param>
    /// <param name="isPrivate">Whether a new repository is private. Null: the default of the account.</param>
    /// <param name="options">The branch and the title of the commit. Null: the defaults.</param>
    /// <param name="hub">Token and network. Null: the environment variables and the defaults.</param>
    /// <param name="save">Writes the files into the folder that it receives; the second argument is the name of the repository.</param>
    /// <param name="cancellationToken">Cancels the upload.</param>
    internal static async Task<HubCommit> RunAsync(
        string repository, bool? isPrivate, HubUploadOptions? options, HubOptions? hub, Action<string, string> save,
        CancellationToken cancellationToken)
    {
        options ??= new HubUploadOptions();
        using var client = new HubClient(hub);
        // The repository is created first, so that a missing permission is reported before a large model is saved.
        var name = await client.CreateRepositoryAsync(
            repository, isPrivate, allowExisting: true, options.RepositoryType, cancellationToken).ConfigureAwait(false);
        var folder = Directory.CreateTempSubdirectory("peftsharp-push-");
        try
        {
            save(folder.FullName, name);
            return await UploadAsync(client, name, folder.FullName, options, cancellationToken).ConfigureAwait(false);
        }
        finally { folder.Delete(recursive: true); }
    }

    /// <summary>Returns the options. If they have no commit title, it is set to the given title.</summary>
    internal static HubUploadOptions WithTitle(HubUploadOptions? options, string title) =>
        (options ?? new HubUploadOptions()) with { CommitMessage = options?.CommitMessage ?? title };

    /// <summary>Uploads a folder. If a person wrote or edited the card in the repository, a generated card does not replace it.</summary>
    internal static async Task<HubCommit> UploadAsync(
        HubClient client, string repository, string folder, HubUploadOptions options, CancellationToken cancellationToken)
    {
        var card = Path.Combine(folder, ModelCard.FileName);
        if (options.PathInRepository is null && File.Exists(card) && ModelCard.IsGenerated(card)
            && await HasOwnCardAsync(client, repository, options, cancellationToken).ConfigureAwait(false))
        {
            var filter = options.Filter;
            options = options with { Filter = file => file != ModelCard.FileName && (filter?.Invoke(file) ?? true) };
        }
        return await client.UploadFolderAsync(repository, folder, options, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<bool> HasOwnCardAsync(
        HubClient client, string repository, HubUploadOptions options, CancellationToken cancellationToken)
    {
        var found = await client.GetRepositoryAsync(repository, options.Revision, options.RepositoryType, cancellationToken)
            .ConfigureAwait(false);
        return found.Files.Contains(ModelCard.FileName) && !ModelCard.IsGenerated(await client.DownloadFileAsync(
            repository, ModelCard.FileName, found.Commit, options.RepositoryType, cancellationToken).ConfigureAwait(false));
    }
}
