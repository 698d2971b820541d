using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Serialization;

/// <summary>Typed access to the fields of a JSON configuration. Errors name the file, the field, its value and the expected type; fields
/// that are not read are preserved.</summary>
/// <remarks>
/// <para>
/// A configuration record reads its fields with the getters and stores <see cref="Rest"/>, so that unknown fields, such as those of another
/// version, are kept when the record is loaded and saved. As in transformers, a field that is <c>null</c> is treated as absent. An integer
/// is accepted where a float is expected, and <c>3.0</c> where an integer is expected.
/// </para>
/// <para>Not thread-safe: use an instance from one thread at a time.</para>
/// </remarks>
internal sealed class ConfigJson
{
    private readonly string _source;
    private readonly string _prefix;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    /// <summary>Creates an instance for a JSON object.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="source">The path of the file, for error messages.</param>
    public ConfigJson(JsonObject fields, string source) : this(fields, source, prefix: "") { }

    private ConfigJson(JsonObject fields, string source, string prefix)
    {
        ArgumentNullException.ThrowIfNull(fields);
        ArgumentException.ThrowIfNullOrEmpty(source);
        (Fields, _source, _prefix) = (fields, source, prefix);
    }

    /// <summary>Reads a file, such as <c>config.json</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CheckpointException">The file does not exist, cannot be read, is not valid JSON, or its value is not an
    /// object.</exception>
    public static ConfigJson Read(string path) => new(JsonFile.Read(path), path);

    /// <summary>All fields, in the order of the file.</summary>
    public JsonObject Fields { get; }

    /// <summary>
    /// Returns whether a field is present and not null. The call does not mark the field as read: the field remains in <see cref="Rest"/>.
    /// </summary>
    /// <param name="name">The name of the field.</param>
    public bool Has(string name) => Fields[name] is not null;

    /// <summary>Copies of the fields that no getter has read yet, in the order of the file. Write them together with the known fields to
    /// preserve them.</summary>
    public JsonObject Rest() =>
        new(Fields.Where(field => !_asked.Contains(field.Key)).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));

    /// <summary>Gets a required 32-bit integer.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is absent, null or not a 32-bit integer.</exception>
    public int GetInt(string name) => Need<int>(name, Whole, JsonNumbers.TryInt);

    /// <summary>Gets a 32-bit integer, or <paramref name="unset"/> if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <param name="unset">The value that is returned if the field is absent or null.</param>
    /// <exception cref="CheckpointException">The field is not a 32-bit integer.</exception>
    public int GetInt(string name, int unset) => Find<int>(name, Whole, JsonNumbers.TryInt) ?? unset;

    /// <summary>Gets a 32-bit integer, or null if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is not a 32-bit integer.</exception>
    public int? GetIntOrNull(string name) => Find<int>(name, Whole, JsonNumbers.TryInt);

    /// <summary>Gets a required 32-bit integer that is not negative.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is absent, null, negative or not a 32-bit integer.</exception>
    public int GetCount(string name) => GetInt(name) is >= 0 and var value ? value : throw Wrong(name, Count);

    /// <summary>Gets a 32-bit integer that is not negative, or <paramref name="unset"/> if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <param name="unset">The value that is returned if the field is absent or null.</param>
    /// <exception cref="CheckpointException">The field is negative or not a 32-bit integer.</exception>
    public int GetCount(string name, int unset) => Has(name) ? GetCount(name) : unset;

    /// <summary>Gets a 64-bit integer, or <paramref name="unset"/> if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <param name="unset">The value that is returned if the field is absent or null.</param>
    /// <exception cref="CheckpointException">The field is not a 64-bit integer.</exception>
    public long GetLong(string name, long unset) => Find<long>(name, Whole, JsonNumbers.TryLong) ?? unset;

    /// <summary>Gets a required floating-point number, which may be NaN or infinite.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is absent, null or not a number.</exception>
    public double GetDouble(string name) => Need<double>(name, Number, JsonNumbers.TryDouble);

    /// <summary>Gets a floating-point number, which may be NaN or infinite, or <paramref name="unset"/> if the field is absent or
    /// null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <param name="unset">The value that is returned if the field is absent or null.</param>
    /// <exception cref="CheckpointException">The field is not a number.</exception>
    public double GetDouble(string name, double unset) => Find<double>(name, Number, JsonNumbers.TryDouble) ?? unset;

    /// <summary>Gets a floating-point number, which may be NaN or infinite, or null if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is not a number.</exception>
    public double? GetDoubleOrNull(string name) => Find<double>(name, Number, JsonNumbers.TryDouble);

    /// <summary>Gets a Boolean, or <paramref name="unset"/> if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <param name="unset">The value that is returned if the field is absent or null.</param>
    /// <exception cref="CheckpointException">The field is neither true nor false.</exception>
    public bool GetBool(string name, bool unset) => Find<bool>(name, Truth, TryBool) ?? unset;

    /// <summary>Gets a Boolean, or null if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is neither true nor false.</exception>
    public bool? GetBoolOrNull(string name) => Find<bool>(name, Truth, TryBool);

    /// <summary>Gets a required string.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is absent, null or not a string.</exception>
    public string GetString(string name) => GetStringOrNull(name) ?? throw Missing(name, Text);

    /// <summary>Gets a string, or <paramref name="unset"/> if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <param name="unset">The value that is returned if the field is absent or null.</param>
    /// <exception cref="CheckpointException">The field is not a string.</exception>
    public string GetString(string name, string unset) => GetStringOrNull(name) ?? unset;

    /// <summary>Gets a string, or null if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is not a string.</exception>
    public string? GetStringOrNull(string name) =>
        Ask(name) is { } node ? TryString(node, out var text) ? text : throw Wrong(name, node, Text) : null;

    /// <summary>Gets a list of strings, or null if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is not a list, or an item is not a string.</exception>
    public IReadOnlyList<string>? GetStrings(string name) => List<string>(name, Text, TryString);

    /// <summary>Gets a list of 32-bit integers, or null if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is not a list, or an item is not a 32-bit integer.</exception>
    public IReadOnlyList<int>? GetInts(string name) => List<int>(name, Whole, JsonNumbers.TryInt);

    /// <summary>Gets a list of floating-point numbers, or null if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is not a list, or an item is not a number.</exception>
    public IReadOnlyList<double>? GetDoubles(string name) => List<double>(name, Number, JsonNumbers.TryDouble);

    /// <summary>
    /// Gets a nested object, or null if the field is absent or null. The errors of the returned object name the full path of a field.
    /// </summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is not an object.</exception>
    public ConfigJson? GetSection(string name) => Ask(name) switch
    {
        null => null,
        JsonObject fields => new ConfigJson(fields, _source, $"{_prefix}{name}."),
        { } other => throw Wrong(name, other, "an object"),
    };

    /// <summary>Gets a list of objects, or null if the field is absent or null.</summary>
    /// <param name="name">The name of the field.</param>
    /// <exception cref="CheckpointException">The field is not a list, or an item is not an object.</exception>
    public IReadOnlyList<ConfigJson>? GetSections(string name) => ListOf(name)?.Select((item, index) => item is JsonObject fields
        ? new ConfigJson(fields, _source, $"{_prefix}{name}[{index}].")
        : throw Wrong($"{name}[{index}]", item, "an object")).ToList();

    /// <summary>
    /// Gets a field as a JSON node, or null if it is absent or null. Use it for fields that can have several types, such as a string or a
    /// list.
    /// </summary>
    /// <param name="name">The name of the field.</param>
    public JsonNode? GetNode(string name) => Ask(name);

    /// <summary>Creates the exception for an invalid value, with the same message as the getters.</summary>
    /// <param name="name">The name of the field.</param>
    /// <param name="expected">The expected value or type, such as <c>"one of: none, all"</c>.</param>
    public CheckpointException Wrong(string name, string expected) => Wrong(name, Fields[name], expected);

    private const string Whole = "an integer";
    private const string Count = "an integer that is not negative";
    private const string Number = "a number";
    private const string Truth = "true or false";
    private const string Text = "a string";

    private delegate bool Conversion<T>(JsonNode node, out T value);

    private JsonNode? Ask(string name)
    {
        _asked.Add(name);
        return Fields[name];
    }

    private T Need<T>(string name, string expected, Conversion<T> convert) where T : struct =>
        Find(name, expected, convert) ?? throw Missing(name, expected);

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

    private CheckpointException Wrong(string name, JsonNode? value, string expected) =>
        new($"'{_source}': field '{_prefix}{name}' is {PythonJson.Show(value)}; {expected} is expected.");

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
