using System.Text.Json.Nodes;
using PeftSharp.Serialization;

namespace PeftSharp.Tuners;

/// <summary>Fields of <c>adapter_config.json</c> that several methods share.</summary>
internal static class ConfigFields
{
    private static readonly Dictionary<string, BiasMode> _biases = new(StringComparer.Ordinal) { ["none"] = BiasMode.None, ["all"] = BiasMode.All, ["lora_only"] = BiasMode.LoraOnly };

    internal static BiasMode Bias(ConfigJson json) => _biases.TryGetValue(json.GetString("bias", "none"), out var mode) ? mode : throw json.Wrong("bias", $"one of {string.Join(", ", _biases.Keys)}");

    internal static string NameOf(BiasMode mode) => _biases.Single(pair => pair.Value == mode).Key;

    /// <summary>A list of names or a regular expression.</summary>
    internal static TargetModules? Modules(ConfigJson json, string name)
    {
        if (json.GetNode(name) is not { } node) return null;
        if (node is not JsonArray) return json.GetString(name) is { Length: > 0 } text ? TargetModules.FromString(text) : throw json.Wrong(name, "a list of names or a regular expression");
        return TargetModules.Create([.. json.GetStrings(name)!.Where(entry => entry.Length > 0)]);       // an empty name matches nothing
    }

    internal static JsonNode? ToJson(TargetModules? modules) => modules is null ? null : modules.Pattern is { } pattern ? pattern : List(modules.Names);

    /// <summary>A list of token ids, or lists by the name of an embedding.</summary>
    internal static TokenIndices? Tokens(ConfigJson json)
    {
        const string name = "trainable_token_indices";
        try
        {
            return json.GetNode(name) switch
            {
                null => null,
                JsonObject => TokenIndices.For(json.GetSection(name)!.Fields.Select(field => field.Key).ToDictionary(key => key, key => json.GetSection(name)!.GetInts(key) ?? [])),
                _ => TokenIndices.Create([.. json.GetInts(name)!]),
            };
        }
        catch (ArgumentException error) { throw new CheckpointException(error.Message, error); }
    }

    internal static JsonNode? ToJson(TokenIndices? tokens) => tokens?.ByModule is { } byModule
        ? new JsonObject(byModule.Select(pair => KeyValuePair.Create(pair.Key, List(pair.Value))))
        : List(tokens?.Ids);

    internal static JsonNode? List(IEnumerable<string>? items) => items is null ? null : new JsonArray([.. items.Select(item => (JsonNode)item)]);

    internal static JsonNode? List(IEnumerable<int>? items) => items is null ? null : new JsonArray([.. items.Select(item => (JsonNode)item)]);

    /// <summary>A number as Python would write it: without a point where it is whole.</summary>
    internal static JsonNode Number(double value) => value == Math.Truncate(value) && Math.Abs(value) < 1L << 53 ? (long)value : value;
}
