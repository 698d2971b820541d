using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PeftSharp.Internal;
using PeftSharp.Serialization;

namespace PeftSharp.Modeling;

/// <summary>Resolves <c>num_labels</c>, <c>id2label</c> and <c>label2id</c> of a <c>config.json</c> as transformers does.</summary>
/// <remarks>
/// If <c>num_labels</c> is not the number of names in <c>id2label</c>, it takes precedence: the classes are then named LABEL_0, LABEL_1, ….
/// Ids may be written as strings, and names as numbers.
/// </remarks>
internal static class LabelFields
{
    /// <summary>The maximum number of classes. A name is created for each class, so a damaged number must not exhaust the memory.</summary>
    private const int MaxLabels = 1 << 20;

    private const string Count = "num_labels", Names = "id2label", Ids = "label2id";

    /// <summary>Rewrites the three fields so that <c>id2label</c> alone determines the number of classes.</summary>
    /// <exception cref="JsonException">A field has an invalid value; the path of the exception names the field.</exception>
    internal static void Resolve(JsonObject json)
    {
        var count = ReadCount(json[Count]);
        var names = ReadNames(json[Names]);
        if (count is { } wanted && wanted != names?.Count)
        {
            names = Enumerable.Range(0, wanted).ToDictionary(id => id, id => $"LABEL_{id}");
            json[Ids] = null;
        }
        var ids = names is null ? null : ReadIds(json[Ids], names) ?? Inverse(names);
        json.Remove(Count);
        Set(json, Names,
            names?.Select(pair => KeyValuePair.Create(pair.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)pair.Value)));
        Set(json, Ids, ids?.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
    }

    private static int? ReadCount(JsonNode? node) => node is null ? null
        : JsonNumbers.TryInt(node, out var count) && count is >= 0 and <= MaxLabels ? count
            : throw Wrong(Count, node, $"an integer from 0 to {MaxLabels}");

    private static Dictionary<int, string>? ReadNames(JsonNode? node)
    {
        if (node is null) return null;
        if (node is not JsonObject fields) throw Wrong(Names, node, "an object that maps class ids to names");
        var names = new Dictionary<int, string>();
        foreach (var (key, value) in fields)
        {
            if (!int.TryParse(key, NumberStyles.Integer, CultureInfo.InvariantCulture, out var id))
                throw new JsonException($"'{key}' is not a class id; an integer is expected.", $"$.{Names}", null, null);
            names[id] = value is null ? $"LABEL_{id}" : Text(value);
        }
        return names;
    }

    private static Dictionary<string, int>? ReadIds(JsonNode? node, IReadOnlyDictionary<int, string> names)
    {
        if (node is null) return null;
        if (node is not JsonObject fields) throw Wrong(Ids, node, "an object that maps class names to ids");
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, value) in fields)
        {
            if (value is not null && (JsonNumbers.TryInt(value, out var id)
                || int.TryParse(Text(value), NumberStyles.Integer, CultureInfo.InvariantCulture, out id)))
                ids[name] = id;
            else if (names.FirstOrDefault(pair => pair.Value == name) is { Value: not null } pair) ids[name] = pair.Key;
        }
        return ids;
    }

    private static Dictionary<string, int> Inverse(Dictionary<int, string> names)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (id, name) in names) ids[name] = id;
        return ids;
    }

    private static void Set(JsonObject json, string field, IEnumerable<KeyValuePair<string, JsonNode?>>? entries)
    {
        if (entries is not null) json[field] = new JsonObject(entries);
        else json.Remove(field);
    }

    private static string Text(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>()
            : PythonJson.Dumps(value, indent: null, sortKeys: false, ensureAscii: false);

    private static JsonException Wrong(string field, JsonNode value, string expected) =>
        new($"The value is {PythonJson.Show(value)}; {expected} is expected.", $"$.{field}", null, null);
}
