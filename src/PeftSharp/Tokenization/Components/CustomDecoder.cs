using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>A decoder registered with <see cref="TokenizerComponents.RegisterDecoder"/>.</summary>
internal sealed class CustomDecoder(JsonObject source, DecodeTokens decode) : Decoder
{
    internal override List<string> Decode(List<string> tokens) => [.. decode(tokens)];

    internal override JsonObject ToJson() => (JsonObject)source.DeepClone();
}
