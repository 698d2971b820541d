using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners.Lora;

/// <summary>True, false or the name of an initialization. A name that only decides the values that training starts from is accepted in a file, since an adapter that was trained from them loads as any other.</summary>
internal sealed class LoraInitializerConverter : JsonConverter<LoraInitializer>
{
    public override LoraInitializer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.True or JsonTokenType.False => reader.GetBoolean(),
        JsonTokenType.String => LoraInitializers.ByName(reader.GetString()!) ?? LoraInitializers.StartOnly(reader.GetString()!) ?? throw Unknown(),
        _ => throw Unknown(),
    };

    public override void Write(Utf8JsonWriter writer, LoraInitializer value, JsonSerializerOptions options)
    {
        if (value.Name is { } name) writer.WriteStringValue(name);
        else writer.WriteBooleanValue(value.Equals(LoraInitializer.Default));
    }

    private static JsonException Unknown() => new($"true, false or one of {string.Join(", ", LoraInitializers.Names)}");
}
