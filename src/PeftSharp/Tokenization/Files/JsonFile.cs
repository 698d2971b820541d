using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>Reads the JSON files of a tokenizer. Errors name the file and the position.</summary>
internal static class JsonFile
{
    /// <exception cref="TokenizerException">
    /// The file is not valid JSON, its root is not an object, or a text in it is not valid Unicode.
    /// </exception>
    internal static JsonElement Read(string path)
    {
        if (GitLfsPointer.IsPointer(path)) throw new TokenizerException(GitLfsPointer.Describe(path));
        try
        {
            var bytes = File.ReadAllBytes(path);
            using var document = JsonDocument.Parse(bytes.AsMemory(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? 3 : 0));
            RequireUnicode(document.RootElement, bytes, path);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new TokenizerException($"The root of '{path}' is {document.RootElement.ValueKind}, but an object is expected.");
        }
        catch (JsonException error)
        {
            throw new TokenizerException(
                $"'{path}' is not valid JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: {error.Message}", error);
        }
    }

    /// <summary>Reads each text once, because System.Text.Json reports a text that is not Unicode only when it is read.</summary>
    private static void RequireUnicode(JsonElement root, ReadOnlySpan<byte> bytes, string path)
    {
        if (!Utf8.IsValid(bytes)) throw new TokenizerException($"'{path}' is not valid UTF-8. Download the file again.");
        if (bytes.IndexOf("\\ud"u8) < 0 && bytes.IndexOf("\\uD"u8) < 0) return;
        try
        {
            JsonTexts.RequireUnicode(root);
        }
        catch (InvalidOperationException error)
        {
            throw new TokenizerException($"A text in '{path}' contains an unpaired surrogate (such as \\ud83d without a second surrogate), "
                + "which is not a character. Correct the file.", error);
        }
    }

    /// <summary>
    /// Reads the fields of a configuration file, which may contain the NaN and Infinity that Python writes. Returns an empty object if
    /// there is no such file.
    /// </summary>
    /// <exception cref="TokenizerException">The file is not valid JSON, or its root is not an object.</exception>
    internal static JsonObject ReadObjectIfThere(string path)
    {
        if (!File.Exists(path)) return [];
        if (GitLfsPointer.IsPointer(path)) throw new TokenizerException(GitLfsPointer.Describe(path));
        try
        {
            return PythonJson.Loads(File.ReadAllBytes(path)) as JsonObject ?? throw new TokenizerException(
                $"The root of '{path}' must be a JSON object.");
        }
        catch (JsonException error)
        {
            throw new TokenizerException(
                $"'{path}' is not valid JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: {error.Message}", error);
        }
    }

    /// <summary>Reads a vocabulary. If a token occurs twice, the last id is used, as in Python.</summary>
    /// <exception cref="TokenizerException">The element is not an object of integers.</exception>
    internal static Dictionary<string, int> Vocabulary(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw new TokenizerException(
                $"The vocabulary in '{path}' is {element.ValueKind}, but an object of tokens and ids is expected.");
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in element.EnumerateObject())
            vocabulary[entry.Name] = entry.Value.ValueKind == JsonValueKind.Number && entry.Value.TryGetInt32(out var id)
                ? id
                : throw new TokenizerException(
                    $"The id of the token '{entry.Name}' in the vocabulary of '{path}' is {entry.Value.GetRawText()}, "
                    + "but an integer is expected.");
        return vocabulary;
    }
}
