using System.Globalization;
using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>
/// Converts column types to the form of a dataset card (<c>dataset_info: features</c>), as <c>Features._to_yaml_list</c> of
/// <c>datasets</c> does.
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

    /// <summary>
    /// Returns the type of the items of a list: the value of <c>dtype</c> or <c>struct</c> instead of an object with this field.
    /// </summary>
    private static JsonNode Item(JsonObject type) => (type["dtype"] ?? type["struct"] ?? type).DeepClone();

    /// <summary>Returns the class names by class id. The ids are texts, as the Hub requires.</summary>
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
