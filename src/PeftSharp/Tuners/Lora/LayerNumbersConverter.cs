using System.Text.Json;
using System.Text.Json.Serialization;
using PeftSharp.Modeling;

namespace PeftSharp.Tuners.Lora;

/// <summary>Converts a layer index or a list of layer indices; always written as a list.</summary>
internal sealed class LayerNumbersConverter : JsonConverter<IReadOnlyList<int>>
{
    public override IReadOnlyList<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.StartArray
            ? NestedJson.Read<int[]>(ref reader, options)
            : [NestedJson.Read<int>(ref reader, options)];

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<int> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.ToArray(), options);
}
