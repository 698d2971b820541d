using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Joins all tokens into one, so that what follows sees the whole text.</summary>
internal sealed class FuseDecoder : Decoder
{
    internal override List<string> Decode(List<string> tokens) => [string.Concat(tokens)];

    internal override JsonObject ToJson() => new() { ["type"] = "Fuse" };
}
