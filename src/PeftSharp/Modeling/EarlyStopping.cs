using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Modeling;

/// <summary>When beam search gives up: <c>true</c>, <c>false</c> or <see cref="Never"/>, as in transformers; a bool converts by itself.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct EarlyStopping
{
    private readonly byte _value;

    private EarlyStopping(byte value) => _value = value;

    /// <summary>It stops when a better text is unlikely: the best running one, as long as it is now, is no better than the worst finished one. The default.</summary>
    public static EarlyStopping Heuristic { get; } = new(0);

    /// <summary>It stops as soon as there are as many finished texts as beams.</summary>
    public static EarlyStopping AtOnce { get; } = new(1);

    /// <summary>It stops when no better text can come (the textbook's beam search).</summary>
    public static EarlyStopping Never { get; } = new(2);

    /// <summary><c>true</c> is <see cref="AtOnce"/>, <c>false</c> is <see cref="Heuristic"/>.</summary>
    public static EarlyStopping FromBoolean(bool value) => value ? AtOnce : Heuristic;

    /// <summary><c>true</c> is <see cref="AtOnce"/>, <c>false</c> is <see cref="Heuristic"/>.</summary>
    public static implicit operator EarlyStopping(bool value) => FromBoolean(value);

    /// <inheritdoc/>
    public override string ToString() => this == Never ? "never" : this == AtOnce ? "true" : "false";

    private sealed class Converter : JsonConverter<EarlyStopping>
    {
        public override EarlyStopping Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.True => AtOnce,
            JsonTokenType.False => Heuristic,
            JsonTokenType.String when reader.ValueTextEquals("never") => Never,
            _ => throw new JsonException("early_stopping is true, false or \"never\"."),
        };

        public override void Write(Utf8JsonWriter writer, EarlyStopping value, JsonSerializerOptions options)
        {
            if (value == Never) writer.WriteStringValue("never");
            else writer.WriteBooleanValue(value == AtOnce);
        }
    }
}
