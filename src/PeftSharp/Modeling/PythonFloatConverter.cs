using System.Text.Json;
using System.Text.Json.Serialization;
using PeftSharp.Internal;

namespace PeftSharp.Modeling;

/// <summary>
/// Writes a floating-point field as Python does, <c>3.0</c> instead of <c>3</c>: transformers rejects an integer where it expects a float
/// (<c>repetition_penalty</c>, <c>temperature</c>, <c>sequence_bias</c>).
/// </summary>
internal sealed class PythonFloatConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType != JsonTokenType.String ? reader.GetDouble() : reader.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            _ => throw new JsonException(),                  // the serializer adds its own message, with the type and the path
        };

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value)) writer.WriteRawValue(PythonFloat.Json(value));
        else writer.WriteStringValue(PythonFloat.Json(value));
    }
}
