using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners.Lora;

/// <summary>A floating-point field that peft's users write as a whole number, such as <c>lora_alpha</c>: written without a point where it is whole.</summary>
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
