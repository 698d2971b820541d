using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>Reading the JSON files of a tokenizer; errors name the file and the place.</summary>
internal static class JsonFile
{
    /// <exception cref="TokenizerException">The file is not JSON, or its top is no object.</exception>
    internal static JsonElement Read(string path)
    {
        if (GitLfsPointer.IsPointer(path)) throw new TokenizerException(GitLfsPointer.Describe(path));
        try
        {
            using var stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new TokenizerException($"'{path}' holds {document.RootElement.ValueKind} at its top, not an object.");
        }
        catch (JsonException error)
        {
            throw new TokenizerException($"'{path}' is no JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: {error.Message}", error);
        }
    }

    /// <summary>The fields of a configuration file, in which Python may have written NaN and Infinity; an empty object where there is no such file.</summary>
    /// <exception cref="TokenizerException">The file is not JSON, or its top is no object.</exception>
    internal static JsonObject ReadObjectIfThere(string path)
    {
        if (!File.Exists(path)) return [];
        if (GitLfsPointer.IsPointer(path)) throw new TokenizerException(GitLfsPointer.Describe(path));
        try
        {
            return PythonJson.Loads(File.ReadAllBytes(path)) as JsonObject ?? throw new TokenizerException($"'{path}' holds JSON that is not an object; fields in braces are expected.");
        }
        catch (JsonException error)
        {
            throw new TokenizerException($"'{path}' is no JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: {error.Message}", error);
        }
    }

    /// <summary>Tokens to ids. Of a token listed twice the last id counts, as in Python.</summary>
    /// <exception cref="TokenizerException">It is no object of whole numbers.</exception>
    internal static Dictionary<string, int> Vocabulary(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new TokenizerException($"The vocabulary in '{path}' is {element.ValueKind}, not an object of tokens and ids.");
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in element.EnumerateObject())
            vocabulary[entry.Name] = entry.Value.ValueKind == JsonValueKind.Number && entry.Value.TryGetInt32(out var id)
                ? id
                : throw new TokenizerException($"The vocabulary in '{path}' gives token '{entry.Name}' the id {entry.Value.GetRawText()}, which is no whole number.");
        return vocabulary;
    }
}
