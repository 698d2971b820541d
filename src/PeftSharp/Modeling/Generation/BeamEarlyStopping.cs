using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Generation;

/// <summary>
/// The stopping condition of beam search: <c>true</c>, <c>false</c> or <see cref="Never"/>, as in transformers. Converts implicitly
/// from <see cref="bool"/>.
/// </summary>
[JsonConverter(typeof(Converter))]
public readonly record struct BeamEarlyStopping
{
    private readonly byte _value;

    private BeamEarlyStopping(byte value) => _value = value;

    /// <summary>
    /// Stops when a better sequence is unlikely: the best running beam, scored at its current length, is no better than the worst finished
    /// sequence. This is the default.
    /// </summary>
    public static BeamEarlyStopping Heuristic { get; } = new(0);

    /// <summary>Stops as soon as there are as many finished sequences as beams.</summary>
    public static BeamEarlyStopping AtOnce { get; } = new(1);

    /// <summary>Stops only when no better sequence is possible (canonical beam search).</summary>
    public static BeamEarlyStopping Never { get; } = new(2);

    /// <summary>Converts <c>true</c> to <see cref="AtOnce"/> and <c>false</c> to <see cref="Heuristic"/>.</summary>
    /// <param name="value">Whether to stop as soon as there are as many finished sequences as beams.</param>
    public static BeamEarlyStopping FromBoolean(bool value) => value ? AtOnce : Heuristic;

    /// <summary>Converts <c>true</c> to <see cref="AtOnce"/> and <c>false</c> to <see cref="Heuristic"/>.</summary>
    /// <param name="value">Whether to stop as soon as there are as many finished sequences as beams.</param>
    public static implicit operator BeamEarlyStopping(bool value) => FromBoolean(value);

    /// <inheritdoc/>
    public override string ToString() => this == Never ? "never" : this == AtOnce ? "true" : "false";

    private sealed class Converter : JsonConverter<BeamEarlyStopping>
    {
        public override BeamEarlyStopping Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType switch
            {
                JsonTokenType.True => AtOnce,
                JsonTokenType.False => Heuristic,
                JsonTokenType.String when reader.ValueTextEquals("never") => Never,
                _ => throw new JsonException("early_stopping must be true, false or \"never\"."),
            };

        public override void Write(Utf8JsonWriter writer, BeamEarlyStopping value, JsonSerializerOptions options)
        {
            if (value == Never) writer.WriteStringValue("never");
            else writer.WriteBooleanValue(value == AtOnce);
        }
    }
}
