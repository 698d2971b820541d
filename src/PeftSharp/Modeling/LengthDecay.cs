using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Modeling;

/// <summary>From a number of new tokens on, the end of the text becomes likelier with each token.</summary>
/// <param name="StartIndex">New tokens before it begins.</param>
/// <param name="DecayFactor">The end's score grows by its magnitude times (factor^tokens - 1).</param>
[JsonConverter(typeof(Converter))]
public sealed record LengthDecay(int StartIndex, double DecayFactor)
{
    /// <summary>In the file: <c>[15, 1.6]</c>.</summary>
    private sealed class Converter : JsonConverter<LengthDecay>
    {
        public override LengthDecay Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<double[]>(ref reader, options) is [var start, var factor] ? new LengthDecay((int)start, factor)
                : throw new JsonException("exponential_decay_length_penalty is a pair: new tokens before it begins, and the factor, as in [15, 1.6].");

        public override void Write(Utf8JsonWriter writer, LengthDecay value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(value.StartIndex);
            JsonSerializer.Serialize(writer, value.DecayFactor, options);
            writer.WriteEndArray();
        }
    }
}
