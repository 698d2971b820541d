using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Decodes the output of connectionist temporal classification: joins equal consecutive tokens to one, and removes the padding token; with
/// cleanup, replaces the token between words by a space. <c>CTC</c> in tokenizer.json.
/// </summary>
internal sealed class CtcDecoder(string padToken, string wordDelimiterToken, bool cleanup) : Decoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        var result = new List<string>(tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0 && tokens[i] == tokens[i - 1])
                continue;
            var token = tokens[i].Replace(padToken, "", StringComparison.Ordinal);
            if (cleanup)
                token = WordPieceDecoder.Cleanup(token).Replace(wordDelimiterToken, " ", StringComparison.Ordinal);
            if (token.Length > 0)
                result.Add(token);
        }
        return result;
    }

    internal static CtcDecoder FromJson(JsonPart part) =>
        new(part.NonEmptyText("pad_token"), part.NonEmptyText("word_delimiter_token"), part.Flag("cleanup"));

    internal override JsonObject ToJson() => new()
    {
        ["type"] = "CTC", ["pad_token"] = padToken, ["word_delimiter_token"] = wordDelimiterToken, ["cleanup"] = cleanup,
    };
}
