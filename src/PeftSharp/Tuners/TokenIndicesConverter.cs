using System.Text.Json;
using System.Text.Json.Serialization;
using PeftSharp.Modeling;

namespace PeftSharp.Tuners;

/// <summary>Converts a list of token ids, or lists by the name of an embedding.</summary>
internal sealed class TokenIndicesConverter : JsonConverter<TokenIndices>
{
    public override TokenIndices Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.StartArray => TokenIndices.Create(NestedJson.Read<int[]>(ref reader, options)),
            JsonTokenType.StartObject => TokenIndices.ForModules(
                NestedJson.Read<Dictionary<string, int[]>>(ref reader, options)
                    .ToDictionary(pair => pair.Key, pair => (IReadOnlyList<int>)pair.Value)),
            _ => throw new JsonException("a list of token ids, or lists by the name of an embedding"),
        };

    public override void Write(Utf8JsonWriter writer, TokenIndices value, JsonSerializerOptions options)
    {
        if (value.ByModule is { } byModule) JsonSerializer.Serialize(writer, byModule, options);
        else JsonSerializer.Serialize(writer, value.Ids, options);
    }
}
