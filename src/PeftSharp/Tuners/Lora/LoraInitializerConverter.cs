using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners.Lora;

/// <summary>
/// Converts true, false or the name of an initialization. Names that are not supported for new adapters (<c>eva</c>, <c>lora_ga</c>) are
/// accepted in a file, because a trained adapter does not depend on its initialization.
/// </summary>
internal sealed class LoraInitializerConverter : JsonConverter<LoraInitializer>
{
    public override LoraInitializer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.True or JsonTokenType.False => reader.GetBoolean(),
            JsonTokenType.String =>
                LoraInitializers.ByName(reader.GetString()!) ?? LoraInitializers.StartOnly(reader.GetString()!) ?? throw Unknown(),
            _ => throw Unknown(),
        };

    public override void Write(Utf8JsonWriter writer, LoraInitializer value, JsonSerializerOptions options)
    {
        if (value.Name is { } name) writer.WriteStringValue(name);
        else writer.WriteBooleanValue(value.Equals(LoraInitializer.Default));
    }

    private static JsonException Unknown() => new($"true, false or one of {string.Join(", ", LoraInitializers.Names)}");
}
