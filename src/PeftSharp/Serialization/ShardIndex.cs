using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PeftSharp.Internal;

namespace PeftSharp.Serialization;

/// <summary>The index of a sharded checkpoint (<c>model.safetensors.index.json</c>): the file of each tensor.</summary>
internal static partial class ShardIndex
{
    private const string WeightMap = "weight_map";

    /// <summary>The file name of the index: <c>model.safetensors</c> → <c>model.safetensors.index.json</c>.</summary>
    internal static string NameFor(string fileName) => WeightFiles.IndexOf(fileName);

    /// <summary>The file name of a shard, numbered from 1: <c>model-00001-of-00003.safetensors</c>.</summary>
    internal static string ShardName(string fileName, int number, int count) =>
        $"{Path.GetFileNameWithoutExtension(fileName)}-{number:00000}-of-{count:00000}{Path.GetExtension(fileName)}";

    /// <summary>Whether a file has the name of a shard of <paramref name="fileName"/>.</summary>
    internal static bool IsShard(string fileName, string candidate)
    {
        var (stem, extension) = (Path.GetFileNameWithoutExtension(fileName), Path.GetExtension(fileName));
        return candidate.StartsWith(stem, StringComparison.Ordinal) && candidate.EndsWith(extension, StringComparison.Ordinal)
            && candidate.Length > stem.Length + extension.Length && ShardNumber().IsMatch(candidate[stem.Length..^extension.Length]);
    }

    /// <summary>Reads the file name of each tensor. The files are in the folder of the index.</summary>
    /// <exception cref="CheckpointException">The index is malformed, lists a tensor twice, or lists a file outside its folder.</exception>
    internal static IReadOnlyDictionary<string, string> Read(string path)
    {
        var index = new ConfigJson(JsonFile.Read(path, refuseDuplicates: true), path);
        var weights = index.GetSection(WeightMap) ?? throw new CheckpointException(
            $"'{path}' is not the index of a sharded checkpoint: it does not contain '{WeightMap}', which lists the file of each tensor. "
                + "Download it again.");
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

    /// <summary>Creates the index in the format of transformers.</summary>
    internal static JsonObject Make(IEnumerable<KeyValuePair<string, string>> files, long totalSize, long totalParameters) => new()
    {
        ["metadata"] = new JsonObject { ["total_parameters"] = totalParameters, ["total_size"] = totalSize },
        [WeightMap] = new JsonObject(files.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))),
    };

    private static void CheckName(string path, string tensor, string file)
    {
        // Both separators and the colon of a Windows drive are rejected on every system.
        if (file.Length == 0 || file is "." or ".." || file.AsSpan().ContainsAny("/\\:\0"))
            throw new CheckpointException($"'{path}' lists tensor '{tensor}' in '{file}'. "
                + "An index may only list files in its own folder, without a path. Do not trust this checkpoint.");
    }

    /// <summary>
    /// Throws if the file is a symbolic link to a file outside the checkpoint. A link may point to a file in the folder or, as in the
    /// Hugging Face cache, from <c>snapshots/revision</c> to <c>blobs</c>.
    /// </summary>
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
            throw new CheckpointException($"'{path}' lists '{file}', which is a link to '{target.FullName}' outside the checkpoint's "
                + "folder. Replace the link with the file.");
    }

    [GeneratedRegex(@"^-\d{5}-of-\d{5}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ShardNumber();
}
