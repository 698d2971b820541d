using System.Text.Json;
using PeftSharp.Internal;

namespace PeftSharp.Hub;

/// <summary>Finds the folder that a loader reads: the given folder or, for the name of a repository, its folder in the cache.</summary>
internal static class HubFolder
{
    private const string AdapterConfig = "adapter_config.json";
    private const string Config = "config.json";

    /// <summary>
    /// Downloads the files if <paramref name="nameOrFolder"/> has the form of a name of a repository and there is no folder or file of this
    /// name.
    /// </summary>
    /// <param name="nameOrFolder">A folder, which has precedence, or the name of a repository.</param>
    /// <param name="files">The files that are read.</param>
    /// <param name="revision">Branch, tag or commit. Null: <c>main</c>. A folder has no revisions.</param>
    /// <param name="options">Options of the download. Null: the defaults.</param>
    /// <param name="cancellationToken">Cancels the download.</param>
    /// <returns>
    /// The folder. If the argument is a file or cannot be the name of a repository, the argument; the loader then reports the error.
    /// </returns>
    /// <exception cref="HubException">The repository or a required file cannot be obtained.</exception>
    internal static string Resolve(
        string nameOrFolder, HubFiles files, string? revision, HubOptions? options, CancellationToken cancellationToken) =>
        IsName(nameOrFolder)
            ? Task.Run(() => DownloadAsync(nameOrFolder, files, new HubSettings(options), revision, cancellationToken), cancellationToken)
                .GetAwaiter().GetResult()
            : nameOrFolder;

    /// <summary>
    /// Returns whether an argument has the form of a name of a repository and there is no folder or file of this name.
    /// </summary>
    internal static bool IsName(string nameOrFolder) =>
        nameOrFolder is not null && HubName.IsRepository(nameOrFolder) && !Directory.Exists(nameOrFolder) && !File.Exists(nameOrFolder);

    private static async Task<string> DownloadAsync(
        string name, HubFiles files, HubSettings settings, string? revision, CancellationToken cancellationToken)
    {
        using var client = new HubClient(settings);
        try
        {
            var request = new HubRequest(name, revision ?? HubClient.DefaultRevision, null);
            var found = await client.FindRepositoryAsync(name, revision, HubRepositoryType.Model, cancellationToken).ConfigureAwait(false);
            if (found is null) return FromCache(client, request, files);
            CheckRequired(request, files, found);
            await client.DownloadFilesAsync(found, files.Select(found), cancellationToken).ConfigureAwait(false);
            var cache = client.Cache(request);
            if (files.WeightNames.FirstOrDefault(found.Files.Contains) is { } index && IsIndex(index)
                && cache.Find(found.Commit, index) is { } path)
                await client.DownloadFilesAsync(found, Shards(request with { File = index }, path), cancellationToken)
                    .ConfigureAwait(false);
            client.Store(request, () =>
            {
                foreach (var file in files.Decisive.Except(found.Files)) cache.SetMissing(found.Commit, file);
                cache.SetCommit(request.Revision, found.Commit);
            });
            return cache.Snapshot(found.Commit);
        }
        catch (HubException error)
        {
            throw new HubException(error.Reason,
                $"There is no folder '{name}' (the full path is '{Path.GetFullPath(name)}'). {error.Message}", error)
            { Repository = error.Repository, Revision = error.Revision, FileName = error.FileName };
        }
    }

    private static void CheckRequired(HubRequest request, HubFiles files, HubRepository found)
    {
        if (files.Required is { } required && !found.Files.Contains(required))
            throw (request with { File = required }).Error(HubError.FileNotFound, "there is no such file."
                + (found.Files.Contains(AdapterConfig) ? " The repository contains an adapter: load its base model, then the adapter with "
                    + "PeftModel.FromPretrained."
                    : found.Files.Contains(Config) ? " The repository contains a model and no adapter: load it with FromPretrained of its "
                        + "class or of an AutoModel class." : ""));
        if (!files.Select(found).Any())
            throw request.Error(HubError.FileNotFound, "it contains none of the files that are read here, such as "
                + $"{string.Join(" or ", files.Decisive)}. Pass the name of the repository that contains them, such as the repository "
                + "of the base model.");
        if (files.Weights is { } weights && !files.WeightNames.Any(found.Files.Contains))
            throw (request with { File = weights }).Error(HubError.FileNotFound,
                $"there is no such file, and no {WeightFiles.IndexOf(weights)}."
                + (WeightFiles.Candidates(weights, allowPickle: true).FirstOrDefault(found.Files.Contains) is { } pickle
                    ? " " + WeightFiles.Remedy(pickle) : ""));
    }

    /// <summary>Returns the folder in the cache. Throws if a file that the loader reads is missing there.</summary>
    private static string FromCache(HubClient client, HubRequest request, HubFiles files)
    {
        var (cache, commit) = (client.Cache(request), client.CachedCommit(request)!);
        string[] required = [.. files.Decisive.Where(file => !cache.IsKnownMissing(commit, file))];
        if (files.Required is { } config) required = [.. required, config];
        if (files.Weights is { } weights)
        {
            var found = files.WeightNames.FirstOrDefault(file => cache.Find(commit, file) is not null) ?? weights;
            required = IsIndex(found)
                ? [.. required, .. Shards(request with { File = found }, cache.Find(commit, found)!)] : [.. required, found];
        }
        if (required.FirstOrDefault(file => cache.Find(commit, file) is null) is { } missing)
            throw client.OfflineError(request with { File = missing });
        return cache.Snapshot(commit);
    }

    private static bool IsIndex(string file) => file.EndsWith(".json", StringComparison.Ordinal);

    /// <summary>Returns the files that an index of weights lists.</summary>
    private static string[] Shards(HubRequest request, string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            string[] names = [.. json.RootElement.GetProperty("weight_map").EnumerateObject()
                .Select(pair => pair.Value.GetString() ?? "").Distinct(StringComparer.Ordinal)];
            if (names.FirstOrDefault(name => name.Contains('/', StringComparison.Ordinal) || HubName.Problem(name) is not null) is { } bad)
                throw request.Error(
                    HubError.Server, $"it lists the file '{bad}', which is not a file of its folder. Do not trust this model.");
            return names;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw request.Error(HubError.Server, "it is not the index of sharded weights: 'weight_map' must be an object whose values are "
                + $"names of files ({error.Message}).", error);
        }
    }
}
