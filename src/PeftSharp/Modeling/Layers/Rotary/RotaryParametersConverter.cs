using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// Reads and writes <c>rope_parameters</c>: one object for all layers, or one for each type of layer (<c>full_attention</c>,
/// <c>sliding_attention</c>).
/// </summary>
internal sealed class RotaryParametersConverter : JsonConverter<RotaryParameters>
{
    public override RotaryParameters? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (JsonNode.Parse(ref reader) is not { } node) return null;
        if (node is not JsonObject json) throw new JsonException("rope_parameters must be an object.");
        var (full, sliding) = (json[RotaryParameters.FullAttention], json[RotaryParameters.Sliding]);
        if (full is null && sliding is null) return NestedJson.Read<RotaryParameters>(json, options);
        // A model whose layers all have a sliding window may have no parameters for layers without one.
        var parameters = NestedJson.Read<RotaryParameters>((full ?? sliding)!, options);
        return sliding is null ? parameters
            : parameters with { SlidingAttention = NestedJson.Read<RotaryParameters>(sliding, options) };
    }

    public override void Write(Utf8JsonWriter writer, RotaryParameters value, JsonSerializerOptions options)
    {
        if (value.SlidingAttention is not { } sliding)
        {
            JsonSerializer.Serialize(writer, value, options);
            return;
        }
        writer.WriteStartObject();
        writer.WritePropertyName(RotaryParameters.FullAttention);
        JsonSerializer.Serialize(writer, value, options);
        writer.WritePropertyName(RotaryParameters.Sliding);
        JsonSerializer.Serialize(writer, sliding, options);
        writer.WriteEndObject();
    }
}
