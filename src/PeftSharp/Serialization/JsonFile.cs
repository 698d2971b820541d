using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Serialization;

/// <summary>JSON files as the Python libraries read and write them: <c>config.json</c>, <c>adapter_config.json</c>, <c>trainer_state.json</c>, the index of a sharded checkpoint.</summary>
public static class JsonFile
{
    /// <summary>Reads a file whose value is an object.</summary>
    /// <remarks>Fields keep their order. <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which Python writes, are read as numbers; of a field that stands twice the last value counts, as in Python.</remarks>
    /// <param name="path">The file, in UTF-8.</param>
    /// <param name="refuseDuplicates">A field that stands twice is an error.</param>
    /// <exception cref="CheckpointException">The file is absent or unreadable, is not JSON (the message names line and byte), or its value is no object.</exception>
    public static JsonObject Read(string path, bool refuseDuplicates = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (GitLfsPointer.IsPointer(path)) throw new CheckpointException(GitLfsPointer.Describe(path));
        byte[] text;
        try
        {
            text = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"'{path}' cannot be read ({error.Message}){FolderContents.Describe(Path.GetDirectoryName(path))}", error);
        }
        return Parse(path, text, refuseDuplicates);
    }

    /// <summary>Writes a value as <c>json.dumps(value, indent=2, sort_keys=True)</c> does, and a line's end. The file is whole or, on any error, what it was before.</summary>
    /// <remarks>Characters outside ASCII are written as <c>\u</c> escapes and floats as Python's <c>repr</c> prints them: <c>1e-12</c>, <c>5e-05</c>, <c>1.0</c>, <c>NaN</c>.</remarks>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="value">What to write.</param>
    /// <param name="sortKeys">Fields in the order of their names; else as they stand.</param>
    /// <param name="finalNewline">A line's end after the value, as transformers writes; peft writes none.</param>
    /// <exception cref="IOException">The folder cannot be written, or the disk is full.</exception>
    public static void Write(string path, JsonNode value, bool sortKeys = true, bool finalNewline = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(value);
        AtomicFile.WriteText(path, PythonJson.Dumps(value, sortKeys: sortKeys) + (finalNewline ? "\n" : ""));
    }

    internal static JsonObject Parse(string path, ReadOnlySpan<byte> text, bool refuseDuplicates)
    {
        try
        {
            return PythonJson.Loads(text, refuseDuplicates) as JsonObject
                ?? throw new CheckpointException($"'{path}' holds JSON that is no object; fields in braces are expected. Check that this is the file that was meant.");
        }
        catch (JsonException error)
        {
            throw new CheckpointException($"'{path}' is not valid JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: {error.Message}. "
                + "It may be cut short: fetch or write it again.", error);
        }
    }
}
