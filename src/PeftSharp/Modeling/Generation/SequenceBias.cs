using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Generation;

/// <summary>A bias that is added to the score of the token that completes a sequence.</summary>
/// <param name="Tokens">The sequence of one or more tokens.</param>
/// <param name="Bias">
/// The value that is added to the score of the last token if the text ends with the preceding tokens of the sequence. A negative value
/// makes the sequence less likely.
/// </param>
[JsonConverter(typeof(Converter))]
public sealed record SequenceBias(IReadOnlyList<int> Tokens, double Bias)
{
    /// <summary>The JSON form is <c>[[1, 2], -3.5]</c>.</summary>
    private sealed class Converter : JsonConverter<SequenceBias>
    {
        public override SequenceBias Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var pair = JsonDocument.ParseValue(ref reader);
            return pair.RootElement is { ValueKind: JsonValueKind.Array } array && array.GetArrayLength() == 2
                && array[0].ValueKind == JsonValueKind.Array && array[0].EnumerateArray().All(IsToken)
                && array[1].ValueKind == JsonValueKind.Number
                ? new SequenceBias([.. array[0].EnumerateArray().Select(token => token.GetInt32())], array[1].GetDouble())
                : throw new JsonException("sequence_bias must be a list of pairs of token ids and bias, such as [[[1, 2], -3.5]].");
        }

        private static bool IsToken(JsonElement element) => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out _);

        public override void Write(Utf8JsonWriter writer, SequenceBias value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            JsonSerializer.Serialize(writer, value.Tokens.ToArray(), options);
            JsonSerializer.Serialize(writer, value.Bias, options);
            writer.WriteEndArray();
        }
    }
}
