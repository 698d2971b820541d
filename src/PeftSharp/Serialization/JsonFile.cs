using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Serialization;

/// <summary>Reads and writes JSON files as the Python libraries do, such as <c>config.json</c>, <c>adapter_config.json</c> and
/// <c>trainer_state.json</c>.</summary>
internal static class JsonFile
{
    /// <summary>Reads a file that contains a JSON object.</summary>
    /// <remarks>The order of the fields is preserved. <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, which Python writes, are read as
    /// numbers. As in Python, the last value of a duplicate field is used.</remarks>
    /// <param name="path">The path of the file, encoded in UTF-8.</param>
    /// <param name="refuseDuplicates">Whether a duplicate field throws a <see cref="CheckpointException"/>. Default false.</param>
    /// <exception cref="CheckpointException">The file does not exist, cannot be read, is not valid JSON (the message contains the line
    /// and byte), or its value is not an object.</exception>
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
            throw new CheckpointException(
                $"'{path}' cannot be read ({error.Message}){FolderContents.Describe(Path.GetDirectoryName(path))}", error);
        }
        return Parse(path, text, refuseDuplicates);
    }

    /// <summary>Writes a value in the format of <c>json.dumps(value, indent=2, sort_keys=True)</c>, followed by a newline. If an error
    /// occurs, an existing file is unchanged.</summary>
    /// <remarks>Non-ASCII characters are written as <c>\u</c> escapes, and floating-point numbers in the format of Python's <c>repr</c>:
    /// <c>1e-12</c>, <c>5e-05</c>, <c>1.0</c>, <c>NaN</c>.</remarks>
    /// <param name="path">The path of the file. Its folder must exist.</param>
    /// <param name="value">The value to write.</param>
    /// <param name="sortKeys">Whether fields are sorted by name. If false, they keep their order. Default true.</param>
    /// <param name="finalNewline">Whether a newline follows the value, as in transformers' files but not in peft's. Default true.</param>
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
                ?? throw new CheckpointException($"'{path}' contains a JSON value that is not an object. "
                    + "Expected fields in braces ({}). Check that this is the intended file.");
        }
        catch (JsonException error)
        {
            throw new CheckpointException($"'{path}' is not valid JSON: line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: "
                + $"{error.Message}. The file may be truncated: download or write it again.", error);
        }
    }
}
