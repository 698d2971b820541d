using System.Text.Json;
using System.Text.Json.Serialization;
using PeftSharp.Modeling;

namespace PeftSharp.Generation;

/// <summary>
/// An exponential length penalty: after a number of generated tokens, the score of the end-of-sequence token rises with each token.
/// </summary>
/// <param name="StartIndex">Number of generated tokens before the penalty begins.</param>
/// <param name="DecayFactor">
/// The score s of the end-of-sequence token becomes s + |s| · (factor^n - 1), where n is the number of generated tokens after
/// <paramref name="StartIndex"/>.
/// </param>
[JsonConverter(typeof(Converter))]
public sealed record LengthDecay(int StartIndex, double DecayFactor)
{
    /// <summary>The JSON form is <c>[15, 1.6]</c>.</summary>
    private sealed class Converter : JsonConverter<LengthDecay>
    {
        public override LengthDecay Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            NestedJson.Read<double[]>(ref reader, options) is [var start, var factor] && start == (int)start
                ? new LengthDecay((int)start, factor)
                : throw new JsonException("exponential_decay_length_penalty must be a pair of start index (an integer) and factor, "
                + "such as [15, 1.6].");

        public override void Write(Utf8JsonWriter writer, LengthDecay value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(value.StartIndex);
            JsonSerializer.Serialize(writer, value.DecayFactor, options);
            writer.WriteEndArray();
        }
    }
}
