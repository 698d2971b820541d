using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PeftSharp.Internal;

namespace PeftSharp.Hub;

/// <summary>The list of all files of a commit, from the cache or from the Hub.</summary>
/// <remarks>
/// The list is stored as <c>huggingface_hub</c> stores it. Without access to the Hub, the list shows which files of the commit are missing
/// in the cache. The list in the description of a very large repository is incomplete. The list that this class reads is complete, because
/// it is read page by page.
/// </remarks>
internal sealed partial class HubTree(HubSettings settings, HubConnection connection, HubRequest request, HubCache cache)
{
    private const int FormatVersion = 1;
    private const int MaxEntries = 1_000_000;

    /// <summary>Returns the list of the files of a commit from the cache. Null: the cache has no list.</summary>
    internal IReadOnlyList<string>? Find(string commit)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(cache.Tree(commit)));
            return json.RootElement.GetProperty("format_version").GetInt32() == FormatVersion
                ? [.. json.RootElement.GetProperty("files").EnumerateObject().Select(file => file.Name)] : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or JsonException
            or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;                                        // the stored list is absent or of another version
        }
    }

    /// <summary>Reads the files of a commit from the Hub, and stores the list in the cache.</summary>
    /// <exception cref="HubException">The Hub cannot be reached, or its response is invalid.</exception>
    internal async Task<IReadOnlyList<string>> ReadAsync(string commit, CancellationToken cancellationToken)
    {
        var files = await ReadPagesAsync(commit, cancellationToken).ConfigureAwait(false);
        var list = new JsonObject
        {
            ["format_version"] = FormatVersion,
            ["files"] = new JsonObject(files.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)file.Value))),
        };
        Directory.CreateDirectory(Path.GetDirectoryName(cache.Tree(commit))!);
        AtomicFile.WriteText(cache.Tree(commit), PythonJson.Dumps(list, indent: null, sortKeys: false));
        return [.. files.Select(file => file.Key)];
    }

    /// <summary>Reads the files of a commit and their sizes in bytes from the Hub.</summary>
    /// <exception cref="HubException">The Hub cannot be reached, or its response is invalid.</exception>
    internal async Task<IReadOnlyDictionary<string, long>> ReadSizesAsync(string commit, CancellationToken cancellationToken) =>
        (await ReadPagesAsync(commit, cancellationToken).ConfigureAwait(false)).ToDictionary(
            file => file.Key, file => file.Value!["size"] is JsonValue size && size.TryGetValue<long>(out var bytes) ? bytes : 0);

    private async Task<KeyValuePair<string, JsonObject?>[]> ReadPagesAsync(string commit, CancellationToken cancellationToken)
    {
        var entries = new SortedDictionary<string, JsonObject?>(StringComparer.Ordinal);                      // null: a folder
        for (var page = settings.Address($"{request.ApiPath}/tree/{commit}?recursive=true&expand=false"); page is not null;)
        {
            var known = entries.Count;
            page = await ReadPageAsync(page, entries, cancellationToken).ConfigureAwait(false);
            if (page is not null && (entries.Count == known || entries.Count > MaxEntries))
                throw request.Error(HubError.Server, entries.Count > MaxEntries
                    ? $"the list of files of {settings.Endpoint.Host} has more than {MaxEntries} entries. Download the files that you need "
                        + $"with {nameof(HubClient)}.{nameof(HubClient.DownloadFileAsync)}."
                    : $"the list of files of {settings.Endpoint.Host} does not end: a page after {known} entries contains no new one. "
                        + HubErrors.CheckEndpoint);
        }
        return [.. entries.Where(entry => entry.Value is not null)];
    }

    private async Task<Uri?> ReadPageAsync(Uri page, SortedDictionary<string, JsonObject?> entries, CancellationToken cancellationToken)
    {
        var (bytes, link) = await connection.RepeatAsync(request, async token =>
        {
            using var response = await connection.SendAsync(
                HttpMethod.Get, page, request, offset: 0, onlyEndpoint: false, token).ConfigureAwait(false);
            var body = await connection.ReadAsync(response, request, token).ConfigureAwait(false);
            return (body, HubErrors.Header(response, "Link"));
        }, cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var entry in PythonJson.Loads(bytes)!.AsArray())
                entries[entry!["path"]!.GetValue<string>()] = entry["type"]!.GetValue<string>() == "file" ? Metadata(entry) : null;
        }
        catch (Exception error) when (error is JsonException or NullReferenceException or InvalidOperationException or FormatException)
        {
            throw HubErrors.NotAHub(settings, request, "list of files", null, error);
        }
        if (link is null || NextPage().Match(link) is not { Success: true } match)
            return null;
        return Uri.TryCreate(page, match.Groups[1].Value, out var next) && settings.IsEndpoint(next)
            ? next : throw HubErrors.NotAHub(settings, request, "address of the next page", match.Groups[1].Value);
    }

    /// <summary>Returns the fields that <c>huggingface_hub</c> stores for a file.</summary>
    private static JsonObject Metadata(JsonNode entry)
    {
        var metadata = new JsonObject { ["size"] = entry["size"]?.DeepClone(), ["blob_id"] = entry["oid"]?.DeepClone() };
        if (entry["lfs"] is { } large)
            (metadata["lfs_sha256"], metadata["lfs_size"]) = (large["oid"]?.DeepClone(), large["size"]?.DeepClone());
        if (entry["xetHash"] is { } hash)
            metadata["xet_hash"] = hash.DeepClone();
        return metadata;
    }

    [GeneratedRegex("""<([^>]*)>\s*;\s*rel="?next"?""")]
    private static partial Regex NextPage();
}
