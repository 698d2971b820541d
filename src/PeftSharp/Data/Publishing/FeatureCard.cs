using System.Globalization;
using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>
/// Writes column types for the card of a dataset (<c>dataset_info: features</c>), as <c>Features._to_yaml_list</c> of <c>datasets</c>.
/// </summary>
internal static class FeatureCard
{
    /// <param name="features">The types as <see cref="FeatureJson"/> writes them, by column.</param>
    internal static JsonArray Of(JsonObject features) =>
        new([.. features.Select(JsonNode? (feature) => Named(feature.Key, Of(feature.Value!)))]);

    private static JsonObject Of(JsonNode type) => type["_type"] is JsonValue name ? name.GetValue<string>() switch
    {
        "Value" => new() { ["dtype"] = type["dtype"]!.DeepClone() },
        "List" => new() { ["list"] = Item(Of(type["feature"]!)) },
        "ClassLabel" => new() { ["dtype"] = new JsonObject { ["class_label"] = new JsonObject { ["names"] = Names(type["names"]!) } } },
        var other => throw new InvalidOperationException($"Columns of type {other} are not written."),
    } : new() { ["struct"] = Of(type.AsObject()) };

    /// <summary>The type of the items of a list is written without its only field.</summary>
    private static JsonNode Item(JsonObject type) => (type["dtype"] ?? type["struct"] ?? type).DeepClone();

    /// <summary>The Hub requires a mapping whose keys are texts.</summary>
    private static JsonObject Names(JsonNode names) => new(names.AsArray().Select(
        (name, id) => KeyValuePair.Create(id.ToString(CultureInfo.InvariantCulture), name?.DeepClone())));

    private static JsonObject Named(string name, JsonObject type)
    {
        var named = new JsonObject { ["name"] = name };
        foreach (var (field, value) in type)
            named[field] = value!.DeepClone();
        return named;
    }
}
