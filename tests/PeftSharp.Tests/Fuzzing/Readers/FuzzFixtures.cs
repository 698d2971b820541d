using System.Text;
using System.Text.Json.Nodes;

namespace PeftSharp.Tests.Fuzzing.Readers;

/// <summary>The valid files that readers start from.</summary>
internal static class FuzzFixtures
{
    internal static string Folder { get; } = Path.Combine(ReferenceRoot.Repository, "tests", "fixtures");

    internal static string At(params string[] parts) => Path.Combine([Folder, .. parts]);

    internal static string[] Folders(params string[] parts) =>
        [.. Directory.GetDirectories(At(parts)).Order(StringComparer.Ordinal)];

    internal static JsonNode Json(params string[] parts) => JsonNode.Parse(File.ReadAllBytes(At(parts)))!;

    /// <summary>The recorded folders of tokenizers: their files by name.</summary>
    internal static IEnumerable<(string Name, IReadOnlyDictionary<string, byte[]> Files)> TokenizerFolders() =>
        Json("tokenizers", "folders.json")["cases"]!.AsArray().Select(row => ((string)row!["name"]!,
            (IReadOnlyDictionary<string, byte[]>)row["files"]!.AsObject().ToDictionary(file => file.Key, file => Bytes(file.Value!))));

    private static byte[] Bytes(JsonNode content) =>
        content is JsonObject && (string?)content["base64"] is { } base64 ? Convert.FromBase64String(base64)
            : Encoding.UTF8.GetBytes(content is JsonValue ? (string)content! : content.ToJsonString());

    /// <summary>A file of a set of files.</summary>
    internal static FuzzSeed Seed(string name, string file, IReadOnlyDictionary<string, byte[]> files) =>
        new($"{name}/{file}", file, files[file], files.Where(other => other.Key != file).ToDictionary());

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
