using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Training;

/// <summary>Writes <see cref="StepsOrRatio"/> as the number that transformers writes.</summary>
internal sealed class StepsOrRatioConverter : JsonConverter<StepsOrRatio>
{
    public override StepsOrRatio Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, StepsOrRatio value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value.Value)) writer.WriteNumberValue(value.Value);
        else writer.WriteStringValue(value.ToString());           // not valid for any argument in use, but an unused one is written too
    }
}
