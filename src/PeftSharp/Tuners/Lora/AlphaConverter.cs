using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners.Lora;

/// <summary>
/// Converts a floating-point field that peft's users write as an integer, such as <c>lora_alpha</c>: integral values are written without
/// a decimal point.
/// </summary>
internal sealed class AlphaConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : throw new JsonException("a number");

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (value == Math.Truncate(value) && Math.Abs(value) < 1L << 53) writer.WriteNumberValue((long)value);
        else writer.WriteNumberValue(value);
    }
}
