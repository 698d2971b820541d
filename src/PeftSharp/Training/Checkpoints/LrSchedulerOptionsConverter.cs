using System.Text.Json;
using System.Text.Json.Serialization;
using PeftSharp.Optimization;

namespace PeftSharp.Training.Checkpoints;

/// <summary>
/// Serializes the options of a schedule that are set, with their Python names, as transformers serializes <c>lr_scheduler_kwargs</c>.
/// Deserialization is not supported.
/// </summary>
internal sealed class LrSchedulerOptionsConverter : JsonConverter<LrSchedulerOptions>
{
    public override LrSchedulerOptions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("LrSchedulerOptions cannot be deserialized: the arguments of a checkpoint are compared as JSON.");

    public override void Write(Utf8JsonWriter writer, LrSchedulerOptions value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.ByPythonName(), options);
}
