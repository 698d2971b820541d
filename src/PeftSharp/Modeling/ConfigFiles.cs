using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PeftSharp.Serialization;

namespace PeftSharp.Modeling;

/// <summary>Converts between <c>config.json</c> and the record with its fields.</summary>
internal static class ConfigFiles
{
    private const string Architectures = "architectures";

    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new PythonFloatConverter() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { InheritIgnored } },
    };

    /// <summary>Properties that a base record keeps out of the file stay out of it where a family's record overrides them: the serializer looks at the override alone.</summary>
    private static void InheritIgnored(JsonTypeInfo info)
    {
        for (var index = info.Properties.Count - 1; index >= 0; index--)
            if (info.Properties[index].AttributeProvider is PropertyInfo property && Attribute.IsDefined(property, typeof(JsonIgnoreAttribute), inherit: true)) info.Properties.RemoveAt(index);
    }

    /// <summary>The configuration in the JSON text of a family's file.</summary>
    /// <exception cref="JsonException">A field has a type that it cannot have.</exception>
    internal static T Read<T>(JsonObject json) where T : PretrainedConfig
    {
        if (json["dtype"] is null && json["torch_dtype"] is { } older) json["dtype"] = older.DeepClone();   // its name before transformers 5
        json.Remove("torch_dtype");
        if (json[Architectures] is JsonValue single) json[Architectures] = new JsonArray(single.DeepClone());
        LabelFields.Resolve(json);
        return ReadAny<T>(json);
    }

    /// <summary>Writes the configuration as transformers does: sorted, indented by two, whole or not at all.</summary>
    internal static void Write(string path, PretrainedConfig config)
    {
        var json = ToJson(config);
        // A field without a value is left out, unless the record's default would take its place when it is read.
        if (Activator.CreateInstance(config.GetType()) is PretrainedConfig defaults)
            foreach (var (name, _) in ToJson(defaults).Where(field => !json.ContainsKey(field.Key)).ToArray()) json[name] = null;
        JsonFile.Write(path, json);
    }

    /// <summary>Reads any record whose properties are the file's fields.</summary>
    /// <exception cref="JsonException">A field has a type that it cannot have.</exception>
    internal static T ReadAny<T>(JsonObject json) => json.Deserialize<T>(_options)!;

    /// <summary>Writes any record as <see cref="Write"/> does.</summary>
    internal static void WriteAny(string path, object record) => JsonFile.Write(path, ToJson(record));

    private static JsonObject ToJson(object record) => JsonSerializer.SerializeToNode(record, record.GetType(), _options)!.AsObject();

    /// <summary>The error for a field that cannot be read, with the file, the field, its value and what is expected.</summary>
    internal static CheckpointException Wrong(string path, JsonObject json, JsonException error)
    {
        var field = error.Path?.TrimStart('$', '.').Split('.', '[')[0] ?? "";
        if (!error.Message.StartsWith("The JSON value could not be converted to ", StringComparison.Ordinal))
            return new CheckpointException($"'{path}', field '{field}': {error.Message}", error);
        var type = error.Message["The JSON value could not be converted to ".Length..];
        var expected = type.StartsWith("System.Int", StringComparison.Ordinal) || type.StartsWith("System.Nullable`1[System.Int", StringComparison.Ordinal) ? "a whole number"
            : type.Contains("System.Double", StringComparison.Ordinal) ? "a number"
            : type.Contains("System.Boolean", StringComparison.Ordinal) ? "true or false"
            : type.StartsWith("System.String", StringComparison.Ordinal) ? "a string" : "a value of another type";
        return new CheckpointException($"'{path}': field '{field}' is {json[field]?.ToJsonString() ?? "null"}; {expected} is expected.", error);
    }
}
