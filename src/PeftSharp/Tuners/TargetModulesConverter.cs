using System.Text.Json;
using System.Text.Json.Serialization;

namespace PeftSharp.Tuners;

/// <summary>
/// Converts a list of names, or a string with a regular expression or <c>all-linear</c>. Empty names match nothing and are removed, as in
/// peft.
/// </summary>
internal sealed class TargetModulesConverter : JsonConverter<TargetModules>
{
    private const string Expected = "a list of names or a regular expression";

    public override TargetModules Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.String when reader.GetString() is { Length: > 0 } pattern => TargetModules.FromString(pattern),
            JsonTokenType.StartArray => TargetModules.Create([.. StringLists.Read(ref reader, Expected).Where(name => name.Length > 0)]),
            _ => throw new JsonException(Expected),
        };

    public override void Write(Utf8JsonWriter writer, TargetModules value, JsonSerializerOptions options)
    {
        if (value.Pattern is { } pattern) writer.WriteStringValue(pattern);
        else JsonSerializer.Serialize(writer, value.Names, options);
    }
}
