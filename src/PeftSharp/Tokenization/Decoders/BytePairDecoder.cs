using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Replaces the suffix at the ends of words, such as <c>&lt;/w&gt;</c>, by a space, or removes it from the last token; <c>BPEDecoder</c> in
/// tokenizer.json.
/// </summary>
internal sealed class BytePairDecoder(string suffix) : Decoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
            tokens[i] = tokens[i].Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal);
        return tokens;
    }

    internal static BytePairDecoder FromJson(JsonPart part) => new(part.NonEmptyText("suffix"));

    internal override JsonObject ToJson() => new() { ["type"] = "BPEDecoder", ["suffix"] = suffix };
}
