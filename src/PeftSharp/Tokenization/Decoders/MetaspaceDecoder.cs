using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Converts SentencePiece's <c>▁</c> to spaces. The space at the beginning of the first token is removed if the pre-tokenizer adds one.
/// </summary>
internal sealed class MetaspaceDecoder(char replacement, PrependScheme prependScheme, bool split) : Decoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
            tokens[i] = i == 0 && prependScheme != PrependScheme.Never
                ? tokens[i].Replace(replacement.ToString(), "", StringComparison.Ordinal)
                : tokens[i].Replace(replacement, ' ');
        return tokens;
    }

    internal static MetaspaceDecoder FromJson(JsonPart part) =>
        new(part.Character("replacement"), Metaspace.ReadPrependScheme(part), part.Flag("split", absent: true));

    internal override JsonObject ToJson() => new()
    {
        ["type"] = "Metaspace", ["replacement"] = replacement.ToString(), ["prepend_scheme"] = Metaspace.NameOf(prependScheme),
        ["split"] = split,
    };
}
