using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Modeling;

/// <summary>Converts a JSON field that is a string or a list of strings, such as <c>stop_strings</c>.</summary>
internal sealed class OneOrManyStringsConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.StartArray ? NestedJson.Read<string[]>(ref reader, options) : [reader.GetString()!];

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.ToArray(), options);
}
