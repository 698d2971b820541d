using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Prediction;

/// <summary>Reads the fields of a configuration file of sentence-transformers; the messages name the file and the field.</summary>
/// <param name="path">The path of the file.</param>
/// <param name="json">The content of the file.</param>
/// <param name="known">The names of the supported fields.</param>
internal sealed class SentenceFields(string path, JsonObject json, params string[] known)
{
    /// <summary>Rejects fields that are not supported, unless their value is null or empty.</summary>
    /// <param name="isKnown">Whether a further field is supported. Null: none.</param>
    /// <exception cref="CheckpointException">A field is not supported.</exception>
    internal void RequireKnown(Func<string, bool>? isKnown = null)
    {
        foreach (var (name, value) in json)
            if (value is not (null or JsonObject { Count: 0 } or JsonArray { Count: 0 })
                && !known.Contains(name) && isKnown?.Invoke(name) != true)
                throw new CheckpointException($"'{path}' sets {name} to {PythonJson.Show(value)}, which is not supported. "
                    + $"Supported fields: {string.Join(", ", known)}.");
    }

    internal bool Flag(string name, bool fallback) => Value(name, fallback, "true or false");

    internal int? Number(string name) => Value(name, (int?)null, "an integer");

    internal string? Text(string name) => Value(name, (string?)null, "a string");

    private T Value<T>(string name, T fallback, string wanted)
    {
        if (json[name] is not { } node) return fallback;
        return node is JsonValue value && value.TryGetValue(out T? found) && found is not null ? found
            : throw new CheckpointException($"'{path}': field '{name}' is {PythonJson.Show(node)}; {wanted} is expected.");
    }
}
