using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Modeling;

/// <summary>
/// Converts a JSON field that is a number or a list of numbers, such as <c>eos_token_id</c>; a list of one is written as a number.
/// </summary>
internal sealed class OneOrManyConverter : JsonConverter<IReadOnlyList<int>>
{
    public override IReadOnlyList<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.StartArray ? NestedJson.Read<int[]>(ref reader, options) : [reader.GetInt32()];

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<int> value, JsonSerializerOptions options)
    {
        if (value is [var only]) writer.WriteNumberValue(only);
        else JsonSerializer.Serialize(writer, value.ToArray(), options);
    }
}
