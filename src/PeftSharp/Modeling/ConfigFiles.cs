using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using PeftSharp.Internal;
using PeftSharp.Serialization;

namespace PeftSharp.Modeling;

/// <summary>Converts between <c>config.json</c> and the record that holds its fields.</summary>
internal static partial class ConfigFiles
{
    /// <summary>
    /// Maximum nesting depth for the serializer. It is twice the maximum depth of a file, because an object of the library can contain a
    /// value of a file and adds levels around the value.
    /// </summary>
    internal const int MaxDepth = 2 * PythonJsonReader.MaxDepth;

    private const string Architectures = "architectures", NullInList = "a value that contains no null";

    private static readonly JsonNamingPolicy _pythonNames = JsonNamingPolicy.SnakeCaseLower;
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = _pythonNames,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        MaxDepth = MaxDepth,
        RespectNullableAnnotations = true,
        Converters = { new PythonFloatConverter(), new JsonStringEnumConverter<ProblemType>(_pythonNames, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { ResolveOverrides } },
    };

    /// <summary>
    /// Excludes overrides of properties that the base record marks with <c>JsonIgnore</c>, because the serializer reads only the attributes
    /// of the override. If a derived record declares a property of the base record again, only the derived property is kept.
    /// </summary>
    private static void ResolveOverrides(JsonTypeInfo info)
    {
        for (var index = info.Properties.Count - 1; index >= 0; index--)
            if (info.Properties[index].AttributeProvider is PropertyInfo property
                && (Attribute.IsDefined(property, typeof(JsonIgnoreAttribute), inherit: true)
                    || info.Type.GetProperty(property.Name)?.DeclaringType != property.DeclaringType))
                info.Properties.RemoveAt(index);
    }

    /// <summary>Reads a family's configuration from its JSON.</summary>
    /// <exception cref="JsonException">A field has an invalid type.</exception>
    internal static T Read<T>(JsonObject json) where T : PretrainedConfig
    {
        Normalize(json);
        return ReadAny<T>(json);
    }

    /// <summary>Converts older spellings of the fields that every family shares.</summary>
    /// <exception cref="JsonException">A field has an invalid type.</exception>
    internal static void Normalize(JsonObject json)
    {
        // Older versions of transformers write torch_dtype instead of dtype.
        if (json["dtype"] is null && json["torch_dtype"] is { } older) json["dtype"] = older.DeepClone();
        json.Remove("torch_dtype");
        if (json[Architectures] is JsonValue single) json[Architectures] = new JsonArray(single.DeepClone());
        LabelFields.Resolve(json);
    }

    /// <summary>Writes the configuration as transformers does: sorted keys, indented by two spaces. The write is atomic.</summary>
    internal static void Write(string path, PretrainedConfig config)
    {
        var json = ToJson(config);
        // A null field is omitted only if the default of the record is null too. Otherwise, reading the file would restore the default.
        if (Activator.CreateInstance(config.GetType()) is PretrainedConfig defaults) AddNulls(json, ToJson(defaults));
        JsonFile.Write(path, json);
    }

    private static void AddNulls(JsonObject json, JsonObject defaults)
    {
        foreach (var (name, value) in defaults)
        {
            if (!json.TryGetPropertyValue(name, out var own)) json[name] = null;
            else if (own is JsonObject part && value is JsonObject partDefaults) AddNulls(part, partDefaults);
        }
    }

    /// <summary>Reads any record whose properties are the fields of the file.</summary>
    /// <exception cref="JsonException">A field has an invalid type.</exception>
    internal static T ReadAny<T>(JsonObject json) => Deserialize<T>(json, _options);

    /// <summary>Reads a record. A null in a list is rejected, because the lists of the records have no nulls.</summary>
    /// <exception cref="JsonException">A field has an invalid type.</exception>
    internal static T Deserialize<T>(JsonObject json, JsonSerializerOptions options)
    {
        foreach (var property in options.GetTypeInfo(typeof(T)).Properties)
        {
            // A section that is null has the default values, as in transformers.
            if (IsSection(property) && json[property.Name] is null) json.Remove(property.Name);
            if (!property.IsExtensionData && property.PropertyType.IsAssignableTo(typeof(System.Collections.IEnumerable))
                && HasNullItem(json[property.Name]))
                throw new JsonException(NullInList, $"$.{property.Name}", null, null);
        }
        return json.Deserialize<T>(options)!;
    }

    private static bool IsSection(JsonPropertyInfo property) => !property.IsSetNullable && property.PropertyType is { IsClass: true } type
        && type != typeof(string) && !type.IsAssignableTo(typeof(System.Collections.IEnumerable));

    private static bool HasNullItem(JsonNode? node) => node switch
    {
        JsonArray items => items.Any(item => item is null || HasNullItem(item)),
        JsonObject fields => fields.Any(field => HasNullItem(field.Value)),
        _ => false,
    };

    /// <summary>Writes any record in the format of <see cref="Write"/>.</summary>
    internal static void WriteAny(string path, object record) => JsonFile.Write(path, ToJson(record));

    private static JsonObject ToJson(object record) => JsonSerializer.SerializeToNode(record, record.GetType(), _options)!.AsObject();

    /// <summary>Finds a value by its path, such as <c>text_config.layer_types[2]</c>; null if the path does not exist.</summary>
    private static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (Match step in PathSteps().Matches(path))
            node = (node, step.Value) switch
            {
                (JsonArray items, ['[', .. var index, ']']) when int.TryParse(index, out var i) && i < items.Count => items[i],
                (JsonObject fields, ['[', '\'', .. var name, '\'', ']']) => fields[name],
                (JsonObject fields, var name) => fields[name],
                _ => null,
            };
        return node;
    }

    [GeneratedRegex(@"\['.*?'\]|\[\d+\]|[^.\[]+")]
    private static partial Regex PathSteps();

    /// <summary>
    /// Creates the error for an unreadable field. The message names the file, the field, its value and the expected type.
    /// </summary>
    internal static CheckpointException Wrong(string path, JsonObject json, JsonException error)
    {
        var field = NestedJson.PathOf(error).TrimStart('$').TrimStart('.');
        if (error.Message.Contains(" doesn't allow setting null values.", StringComparison.Ordinal))
            return Unexpected("null", "a value");
        if (error is { InnerException: null, Message: NullInList }) return Unexpected(Value(), NullInList);
        if (!error.Message.StartsWith("The JSON value could not be converted to ", StringComparison.Ordinal))
            return new CheckpointException($"'{path}'{(field.Length > 0 ? $", field '{field}'" : "")}: {error.Message}", error);
        var type = error.Message["The JSON value could not be converted to ".Length..];
        var isInteger = type.StartsWith("System.Int", StringComparison.Ordinal)
            || type.StartsWith("System.Nullable`1[System.Int", StringComparison.Ordinal);
        var expected = isInteger ? "an integer"
            : type.Contains("System.Double", StringComparison.Ordinal) ? "a number"
            : type.Contains("System.Boolean", StringComparison.Ordinal) ? "true or false"
            : type.StartsWith("System.String", StringComparison.Ordinal) ? "a string"
            : type.Contains(typeof(ProblemType).FullName!, StringComparison.Ordinal)
                ? $"one of {string.Join(", ", Enum.GetNames<ProblemType>().Select(_pythonNames.ConvertName))}"
            : "a value of another type";
        return Unexpected(Value(), expected);

        string Value() => PythonJson.Show(Find(json, field));

        CheckpointException Unexpected(string value, string expected) => new(
            $"'{path}': {(field.Length > 0 ? $"field '{field}'" : "the content")} is {value}; {expected} is expected.", error);
    }
}
