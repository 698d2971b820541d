using System.Text.Json;

namespace PeftSharp.Modeling;

/// <summary>Reads a list or a dictionary within a JSON converter.</summary>
internal static class NestedJson
{
    /// <summary>
    /// Reads a value. The exception has no path, so the serializer adds the path of the field, and the message can name the field.
    /// </summary>
    /// <exception cref="JsonException">The value has another type.</exception>
    internal static T Read<T>(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        try { return JsonSerializer.Deserialize<T>(ref reader, options)!; }
        catch (JsonException error) { throw new JsonException(error.Message, error); }
    }
}
