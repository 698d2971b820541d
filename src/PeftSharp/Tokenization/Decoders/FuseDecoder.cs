using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Joins all tokens to one, so that the following decoders process the whole text.</summary>
internal sealed class FuseDecoder : Decoder
{
    internal override List<string> Decode(List<string> tokens) => [string.Concat(tokens)];

    internal override JsonObject ToJson() => new() { ["type"] = "Fuse" };
}
