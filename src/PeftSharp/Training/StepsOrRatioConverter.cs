using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Training;

/// <summary>Serializes <see cref="StepsOrRatio"/> as a JSON number, as transformers does.</summary>
internal sealed class StepsOrRatioConverter : JsonConverter<StepsOrRatio>
{
    public override StepsOrRatio Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, StepsOrRatio value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value.Value)) writer.WriteNumberValue(value.Value);
        else writer.WriteStringValue(value.ToString());           // NaN and infinity are written: an unused argument is not validated
    }
}
