using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PeftSharp.Serialization;

/// <summary>The index of a checkpoint in several files (<c>model.safetensors.index.json</c>): which tensor is in which of them.</summary>
internal static partial class ShardIndex
{
    private const string WeightMap = "weight_map";

    /// <summary>The index that belongs to a file name: <c>model.safetensors</c> → <c>model.safetensors.index.json</c>.</summary>
    internal static string NameFor(string fileName) => $"{fileName}.index.json";

    /// <summary>The name of a part, counted from 1: <c>model-00001-of-00003.safetensors</c>.</summary>
    internal static string ShardName(string fileName, int number, int count) =>
        $"{Path.GetFileNameWithoutExtension(fileName)}-{number:00000}-of-{count:00000}{Path.GetExtension(fileName)}";

    /// <summary>Whether a file is named as a part of <paramref name="fileName"/>.</summary>
    internal static bool IsShard(string fileName, string candidate)
    {
        var (stem, extension) = (Path.GetFileNameWithoutExtension(fileName), Path.GetExtension(fileName));
        return candidate.StartsWith(stem, StringComparison.Ordinal) && candidate.EndsWith(extension, StringComparison.Ordinal)
            && candidate.Length > stem.Length + extension.Length && ShardNumber().IsMatch(candidate[stem.Length..^extension.Length]);
    }

    /// <summary>The file of each tensor, as names in the index's own folder.</summary>
    /// <exception cref="CheckpointException">The index is malformed, names a tensor twice, or names a file outside its folder.</exception>
    internal static IReadOnlyDictionary<string, string> Read(string path)
    {
        var index = new ConfigJson(JsonFile.Read(path, refuseDuplicates: true), path);
        var weights = index.GetSection(WeightMap) ?? throw new CheckpointException($"'{path}' lacks '{WeightMap}', which says which file holds each tensor. It is no index of a sharded checkpoint.");
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tensor in weights.Fields.Select(field => field.Key))
        {
            var file = weights.GetString(tensor);
            CheckName(path, tensor, file);
            files.Add(tensor, file);
        }
        foreach (var file in files.Values.Distinct(StringComparer.Ordinal))
            CheckLink(path, file);
        return files;
    }

    /// <summary>The index as transformers writes it.</summary>
    internal static JsonObject Make(IEnumerable<KeyValuePair<string, string>> files, long totalSize, long totalParameters) => new()
    {
        ["metadata"] = new JsonObject { ["total_parameters"] = totalParameters, ["total_size"] = totalSize },
        [WeightMap] = new JsonObject(files.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
    };

    private static void CheckName(string path, string tensor, string file)
    {
        // Both separators and the drive's colon, wherever the index was written.
        if (file.Length == 0 || file is "." or ".." || file.AsSpan().ContainsAny("/\\:\0"))
            throw new CheckpointException($"'{path}': tensor '{tensor}' is said to be in '{file}'; an index may only name files of its own folder, without a path. Do not trust this checkpoint.");
    }

    /// <summary>A link may lead within the folder, or from a hub cache's <c>snapshots/revision</c> to its <c>blobs</c>, which is how Python lays the cache out.</summary>
    private static void CheckLink(string path, string file)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var shard = new FileInfo(Path.Combine(folder, file));
        if (shard.LinkTarget is null || shard.ResolveLinkTarget(returnFinalTarget: true) is not { } target)
            return;
        var allowed = new List<string> { folder };
        if (Path.GetDirectoryName(folder) is { } snapshots && Path.GetFileName(snapshots) == "snapshots")
            allowed.Add(Path.Combine(Path.GetDirectoryName(snapshots)!, "blobs"));
        if (!allowed.Any(root => target.FullName.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)))
            throw new CheckpointException($"'{path}' names '{file}', which is a link to '{target.FullName}', outside of the checkpoint's folder. Put the file itself there.");
    }

    [GeneratedRegex(@"^-\d{5}-of-\d{5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ShardNumber();
}
