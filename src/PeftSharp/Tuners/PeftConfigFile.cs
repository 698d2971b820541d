using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PeftSharp.Internal;
using PeftSharp.Modeling;
using PeftSharp.Serialization;

namespace PeftSharp.Tuners;

/// <summary>
/// Reads and writes <c>adapter_config.json</c> for all tuning methods: properties are fields, unknown fields are kept, unsupported values
/// are rejected.
/// </summary>
internal static class PeftConfigFile
{
    internal const string Name = "adapter_config.json";

    private static readonly JsonSerializerOptions _options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        MaxDepth = ConfigFiles.MaxDepth,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        Converters = { new PythonFloatConverter(), new WholeNumberConverter(), new PythonEnumConverterFactory() },
    };

    /// <summary>Reads the configuration in <paramref name="folder"/>.</summary>
    /// <exception cref="CheckpointException">
    /// The file is missing or malformed, its tuning method is not supported, or a value is not supported.
    /// </exception>
    internal static PeftConfig Read(string folder)
    {
        if (FolderAccess.Obstacle(folder, $"{Name} and {AdapterFiles.WeightsFile}") is { } obstacle)
            throw new CheckpointException(obstacle);
        var path = Path.Combine(folder, Name);
        var json = ConfigJson.Read(path);
        var type = json.GetString("peft_type");
        return PeftMethods.Reader(type) is { } reader
            ? reader(json.Fields, path)
            : throw json.Wrong("peft_type",
                $"a supported method (register your own with PeftMethods.Register): {string.Join(", ", PeftMethods.PeftTypes)}");
    }

    /// <summary>Reads a configuration from the fields of a file.</summary>
    /// <exception cref="CheckpointException">A field has an invalid or unsupported value.</exception>
    internal static TConfig Parse<TConfig>(JsonObject json, string path) where TConfig : PeftConfig, new()
    {
        var defaults = new TConfig();
        var fields = new ConfigJson(json, path);
        foreach (var unused in defaults.UnusedFields)
        {
            if (IsDefault(json[unused.Name], unused.Default)) json.Remove(unused.Name);
            else if (unused.IsRejected)
                throw fields.Wrong(unused.Name, $"{PythonJson.Show(unused.Default)} (other values are not supported)");
        }
        json.Remove("peft_type");
        var nulls = json.Where(field => field.Value is null && !defaults.FieldsWithoutNull.Contains(field.Key));
        foreach (var name in nulls.Select(field => field.Key).ToArray()) json.Remove(name);
        try { return ConfigFiles.Deserialize<TConfig>(json, _options); }
        catch (JsonException error) { throw Wrong(fields, path, error); }
        catch (ArgumentException error) { throw new CheckpointException($"'{path}': {error.Message}", error); }
    }

    /// <summary>Writes the file as peft does, with all fields, including those that are null.</summary>
    internal static void Write(string folder, PeftConfig config)
    {
        var json = JsonSerializer.SerializeToNode(config, config.GetType(), _options)!.AsObject();
        foreach (var unused in config.UnusedFields)
            if (!json.ContainsKey(unused.Name)) json[unused.Name] = unused.Default?.DeepClone();
        JsonFile.Write(Path.Combine(folder, Name), json, finalNewline: false);
    }

    private static bool IsDefault(JsonNode? value, JsonNode? nothing) => value is null || PythonJson.AreEqual(value, nothing)
        || (nothing is not null && JsonNumbers.TryDouble(value, out var number) && JsonNumbers.TryDouble(nothing, out var other)
            && number == other)
        || value is JsonObject { Count: 0 } or JsonArray { Count: 0 } || (nothing is null && value.GetValueKind() == JsonValueKind.False);

    /// <summary>
    /// Creates the error with the file, the field, its value and the expected value. The message of an exception from a converter of the
    /// library contains only the expected value.
    /// </summary>
    private static CheckpointException Wrong(ConfigJson fields, string path, JsonException error)
    {
        var name = error.Path?.TrimStart('$', '.').Split('.', '[')[0] ?? "";
        var isOurs = !error.Message.StartsWith("The JSON value could not be converted to ", StringComparison.Ordinal)
            && error.InnerException is null;
        return fields.Fields.ContainsKey(name) && isOurs
            ? fields.Wrong(name, error.Message)
            : ConfigFiles.Wrong(path, fields.Fields, error);
    }
}
