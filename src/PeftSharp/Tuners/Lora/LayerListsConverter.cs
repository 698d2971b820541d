using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners.Lora;

/// <summary>Converts a name or a list of names of layer lists. An empty string or list means not set, as in peft.</summary>
internal sealed class LayerListsConverter : JsonConverter<IReadOnlyList<string>>
{
    private const string Expected = "a name or a list of names";

    public override IReadOnlyList<string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string[] names = reader.TokenType switch
        {
            JsonTokenType.String => [reader.GetString()!],
            JsonTokenType.StartArray => [.. StringLists.Read(ref reader, Expected)],
            _ => throw new JsonException(Expected),
        };
        return names.Where(name => name.Length > 0).ToArray() is { Length: > 0 } given ? given : null;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value is [var only]) writer.WriteStringValue(only);
        else JsonSerializer.Serialize(writer, value.ToArray(), options);
    }
}
