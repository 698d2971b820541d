using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Serialization;

/// <summary>Typed reading of a configuration's fields, with errors that name file, field, value and what was expected, and with the fields that nobody asked for.</summary>
/// <remarks>
/// <para>A record reads its own fields with the getters and keeps <see cref="Rest"/>, so that what another version wrote survives loading and saving.
/// A field that is <c>null</c> counts as not given, as in transformers. Whole numbers are accepted where a float is expected, and <c>3.0</c> where a whole number is.</para>
/// <para>Not thread-safe: use an instance from one thread at a time.</para>
/// </remarks>
public sealed class ConfigJson
{
    private readonly string _source;
    private readonly string _prefix;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>Wraps fields that were read.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="source">Where they come from, for errors: the file's path.</param>
    public ConfigJson(JsonObject fields, string source) : this(fields, source, prefix: "") { }

    private ConfigJson(JsonObject fields, string source, string prefix)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentException.ThrowIfNullOrEmpty(source);
        (Fields, _source, _prefix) = (fields, source, prefix);
    }

    /// <summary>Reads a file, such as <c>config.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file is absent, unreadable or not JSON, or its value is no object.</exception>
    public static ConfigJson Read(string path) => new(JsonFile.Read(path), path);

    /// <summary>All fields, in the order of the file.</summary>
    public JsonObject Fields { get; }

    /// <summary>Whether a field is given and not null. Does not count as asking for it.</summary>
    /// <param name="name">The field.</param>
    public bool Has(string name) => Fields[name] is not null;

    /// <summary>The fields that no getter has asked for yet, as copies in the order of the file: what to write back beside the known ones.</summary>
    public JsonObject Rest() =>
        new(Fields.Where(field => !_asked.Contains(field.Key)).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));

    /// <summary>A whole number that must be given.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is absent, or no whole number of 32 bits.</exception>
    public int GetInt(string name) => Need<int>(name, Whole, JsonNumbers.TryInt);

    /// <summary>A whole number, or <paramref name="unset"/> where it is absent or null.</summary>
    /// <param name="name">The field.</param>
    /// <param name="unset">The value where the field is absent or null.</param>
    /// <exception cref="CheckpointException">The field is no whole number of 32 bits.</exception>
    public int GetInt(string name, int unset) => Find<int>(name, Whole, JsonNumbers.TryInt) ?? unset;

    /// <summary>A whole number, or null where it is absent or null.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is no whole number of 32 bits.</exception>
    public int? GetIntOrNull(string name) => Find<int>(name, Whole, JsonNumbers.TryInt);

    /// <summary>A whole number of 64 bits, or <paramref name="unset"/> where it is absent or null.</summary>
    /// <param name="name">The field.</param>
    /// <param name="unset">The value where the field is absent or null.</param>
    /// <exception cref="CheckpointException">The field is no whole number of 64 bits.</exception>
    public long GetLong(string name, long unset) => Find<long>(name, Whole, JsonNumbers.TryLong) ?? unset;

    /// <summary>A float that must be given; may be NaN or infinite.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is absent, or no number.</exception>
    public double GetDouble(string name) => Need<double>(name, Number, JsonNumbers.TryDouble);

    /// <summary>A float, or <paramref name="unset"/> where it is absent or null; may be NaN or infinite.</summary>
    /// <param name="name">The field.</param>
    /// <param name="unset">The value where the field is absent or null.</param>
    /// <exception cref="CheckpointException">The field is no number.</exception>
    public double GetDouble(string name, double unset) => Find<double>(name, Number, JsonNumbers.TryDouble) ?? unset;

    /// <summary>A float, or null where it is absent or null; may be NaN or infinite.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is no number.</exception>
    public double? GetDoubleOrNull(string name) => Find<double>(name, Number, JsonNumbers.TryDouble);

    /// <summary>A truth value, or <paramref name="unset"/> where it is absent or null.</summary>
    /// <param name="name">The field.</param>
    /// <param name="unset">The value where the field is absent or null.</param>
    /// <exception cref="CheckpointException">The field is neither true nor false.</exception>
    public bool GetBool(string name, bool unset) => Find<bool>(name, Truth, TryBool) ?? unset;

    /// <summary>A truth value, or null where it is absent or null.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is neither true nor false.</exception>
    public bool? GetBoolOrNull(string name) => Find<bool>(name, Truth, TryBool);

    /// <summary>A string that must be given.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is absent, or no string.</exception>
    public string GetString(string name) => GetStringOrNull(name) ?? throw Missing(name, Text);

    /// <summary>A string, or <paramref name="unset"/> where it is absent or null.</summary>
    /// <param name="name">The field.</param>
    /// <param name="unset">The value where the field is absent or null.</param>
    /// <exception cref="CheckpointException">The field is no string.</exception>
    public string GetString(string name, string unset) => GetStringOrNull(name) ?? unset;

    /// <summary>A string, or null where it is absent or null.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is no string.</exception>
    public string? GetStringOrNull(string name) => Ask(name) is { } node ? TryString(node, out var text) ? text : throw Wrong(name, node, Text) : null;

    /// <summary>A list of strings, or null where it is absent or null.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is no list, or one of its items is no string.</exception>
    public IReadOnlyList<string>? GetStrings(string name) => List<string>(name, Text, TryString);

    /// <summary>A list of whole numbers, or null where it is absent or null.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is no list, or one of its items is no whole number of 32 bits.</exception>
    public IReadOnlyList<int>? GetInts(string name) => List<int>(name, Whole, JsonNumbers.TryInt);

    /// <summary>A list of floats, or null where it is absent or null.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is no list, or one of its items is no number.</exception>
    public IReadOnlyList<double>? GetDoubles(string name) => List<double>(name, Number, JsonNumbers.TryDouble);

    /// <summary>An object within, or null where it is absent or null; its errors name the whole way to a field.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is no object.</exception>
    public ConfigJson? GetSection(string name) => Ask(name) switch
    {
        null => null,
        JsonObject fields => new ConfigJson(fields, _source, $"{_prefix}{name}."),
        { } other => throw Wrong(name, other, "an object"),
    };

    /// <summary>A list of objects, or null where it is absent or null.</summary>
    /// <param name="name">The field.</param>
    /// <exception cref="CheckpointException">The field is no list, or one of its items is no object.</exception>
    public IReadOnlyList<ConfigJson>? GetSections(string name) => ListOf(name)?.Select((item, index) => item is JsonObject fields
        ? new ConfigJson(fields, _source, $"{_prefix}{name}[{index}].")
        : throw Wrong($"{name}[{index}]", item, "an object")).ToList();

    /// <summary>A field as it stands, whatever its type; null where it is absent or null. For fields of several types, such as a list or a string.</summary>
    /// <param name="name">The field.</param>
    public JsonNode? GetNode(string name) => Ask(name);

    /// <summary>The error for a field whose value does not do, in this class's words.</summary>
    /// <param name="name">The field.</param>
    /// <param name="expected">What would do, such as <c>"one of: none, all"</c>.</param>
    public CheckpointException Wrong(string name, string expected) => Wrong(name, Fields[name], expected);

    private const string Whole = "a whole number";
    private const string Number = "a number";
    private const string Truth = "true or false";
    private const string Text = "a string";

    private delegate bool Conversion<T>(JsonNode node, out T value);

    private JsonNode? Ask(string name)
    {
        _asked.Add(name);
        return Fields[name];
    }

    private T Need<T>(string name, string expected, Conversion<T> convert) where T : struct => Find(name, expected, convert) ?? throw Missing(name, expected);

    private T? Find<T>(string name, string expected, Conversion<T> convert) where T : struct =>
        Ask(name) is { } node ? convert(node, out var value) ? value : throw Wrong(name, node, expected) : null;

    private JsonArray? ListOf(string name) => Ask(name) switch
    {
        null => null,
        JsonArray items => items,
        { } other => throw Wrong(name, other, "a list"),
    };

    private List<T>? List<T>(string name, string expected, Conversion<T> convert) => ListOf(name)?.Select((item, index) =>
        item is not null && convert(item, out var value) ? value : throw Wrong($"{name}[{index}]", item, expected)).ToList();

    private CheckpointException Wrong(string name, JsonNode? value, string expected)
    {
        const int longest = 100;
        var shown = PythonJson.Dumps(value, indent: null, sortKeys: false, ensureAscii: false);
        return new($"'{_source}': field '{_prefix}{name}' is {(shown.Length > longest ? $"{shown.AsSpan(0, longest)} …" : shown)}; {expected} is expected.");
    }

    private CheckpointException Missing(string name, string expected) =>
        new($"'{_source}': field '{_prefix}{name}' is missing; {expected} is expected.");

    private static bool TryBool(JsonNode node, out bool value)
    {
        value = node.GetValueKind() == JsonValueKind.True;
        return value || node.GetValueKind() == JsonValueKind.False;
    }

    private static bool TryString(JsonNode node, out string value)
    {
        value = node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : "";
        return node.GetValueKind() == JsonValueKind.String;
    }
}
