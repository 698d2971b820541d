using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Training.Checkpoints;

/// <summary>Writes the options of an optimizer or of a schedule as transformers does. They are not read back.</summary>
/// <param name="toPython">Returns the value that transformers has for the options.</param>
internal sealed class PythonOptionsConverter<T>(Func<T, object> toPython) : JsonConverter<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("The arguments of a checkpoint are not deserialized: they are compared as JSON.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, toPython(value), options);
}
