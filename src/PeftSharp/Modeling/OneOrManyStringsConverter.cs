using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Modeling;

/// <summary>A field that is one string or a list of strings in JSON, such as <c>stop_strings</c>.</summary>
internal sealed class OneOrManyStringsConverter : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.StartArray ? JsonSerializer.Deserialize<string[]>(ref reader, options)! : [reader.GetString()!];

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value.ToArray(), options);
}
