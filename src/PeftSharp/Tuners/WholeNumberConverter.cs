using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>Reads an integer even if it is written as a float (<c>3.0</c>).</summary>
internal sealed class WholeNumberConverter : JsonConverter<int>
{
    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.GetDouble() is var value && value == Math.Truncate(value)
        && value is >= int.MinValue and <= int.MaxValue
            ? (int)value
            : throw new JsonException("an integer");

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}
