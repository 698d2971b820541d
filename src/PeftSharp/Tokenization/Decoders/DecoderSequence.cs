using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Applies several decoders one after the other.</summary>
internal sealed class DecoderSequence(IReadOnlyList<Decoder> decoders) : Decoder
{
    internal override List<string> Decode(List<string> tokens) => decoders.Aggregate(tokens, (current, decoder) => decoder.Decode(current));

    internal static DecoderSequence FromJson(JsonPart part) => new(TokenizerComponents.Decoders.ReadItems(part, "decoders"));

    internal override JsonObject ToJson() =>
        new() { ["type"] = "Sequence", ["decoders"] = new JsonArray([.. decoders.Select(d => d.ToJson())]) };
}
