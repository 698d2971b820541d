using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using PeftSharp.Serialization;

namespace PeftSharp.Modeling;

/// <summary><c>config.json</c> and the record that stands for it.</summary>
internal static class ConfigFiles
{
    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new PythonFloatConverter() },
    };

    /// <summary>The configuration in the JSON text of a family's file.</summary>
    /// <exception cref="JsonException">A field has a type that it cannot have.</exception>
    internal static T Read<T>(JsonObject json) where T : PretrainedConfig
    {
        if (json["dtype"] is null && json["torch_dtype"] is { } older) json["dtype"] = older.DeepClone();   // its name before transformers 5
        json.Remove("torch_dtype");
        return ReadAny<T>(json);
    }

    /// <summary>Writes the configuration as transformers does: sorted, indented by two, whole or not at all.</summary>
    internal static void Write(string path, PretrainedConfig config) => WriteAny(path, config);

    /// <summary>Any record whose properties are the file's fields.</summary>
    /// <exception cref="JsonException">A field has a type that it cannot have.</exception>
    internal static T ReadAny<T>(JsonObject json) => json.Deserialize<T>(_options)!;

    /// <summary>Writes any record as <see cref="Write"/> does.</summary>
    internal static void WriteAny(string path, object record) => JsonFile.Write(path, JsonSerializer.SerializeToNode(record, record.GetType(), _options)!);
}
