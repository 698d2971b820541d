using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners.Lora;

/// <summary>Converts alphas by layer pattern.</summary>
internal sealed class AlphaPatternConverter : JsonConverter<IReadOnlyDictionary<string, double>>
{
    public override IReadOnlyDictionary<string, double> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try { return JsonSerializer.Deserialize<Dictionary<string, double>>(ref reader, options)!; }
        // The inner error would report the pattern as the field.
        catch (JsonException) { throw new JsonException("an object with a number for each pattern"); }
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, double> value, JsonSerializerOptions options)
    {
        var alpha = new AlphaConverter();
        writer.WriteStartObject();
        foreach (var (pattern, number) in value)
        {
            writer.WritePropertyName(pattern);
            alpha.Write(writer, number, options);
        }
        writer.WriteEndObject();
    }
}
