using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Modeling;

/// <summary>Reads a list, a dictionary or an object within a JSON converter.</summary>
internal static class NestedJson
{
    /// <summary>
    /// Reads a value. The exception has no path, so the serializer adds the path of the field; its inner exception has the path within the
    /// field. <see cref="PathOf"/> joins both.
    /// </summary>
    /// <exception cref="JsonException">The value has another type.</exception>
    internal static T Read<T>(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        try { return JsonSerializer.Deserialize<T>(ref reader, options)!; }
        catch (JsonException error) { throw new JsonException(error.Message, error); }
    }

    /// <summary>Reads a part of a value that a converter has parsed. The exception is the same as that of the other overload.</summary>
    /// <exception cref="JsonException">The value has another type.</exception>
    internal static T Read<T>(JsonNode part, JsonSerializerOptions options)
    {
        try { return part.Deserialize<T>(options)!; }
        catch (JsonException error)
        {
            throw new JsonException(error.Message, new JsonException(error.Message, part.GetPath() + error.Path?[1..], null, null));
        }
    }

    /// <summary>The whole path of the value that an exception refers to, such as <c>$.text_config.hidden_size</c>.</summary>
    internal static string PathOf(JsonException error) =>
        (error.Path ?? "$") + (error.InnerException is JsonException { Path: { } inner } ? inner[1..] : "");
}
