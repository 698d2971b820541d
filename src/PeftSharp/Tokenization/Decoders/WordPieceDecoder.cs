using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>
/// Joins the pieces of each word, and joins the words with spaces. With cleanup, removes spaces before punctuation and English
/// contractions.
/// </summary>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : Decoder
{
    internal override List<string> Decode(List<string> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            if (i > 0)
                tokens[i] = tokens[i].StartsWith(prefix, StringComparison.Ordinal) ? tokens[i][prefix.Length..] : " " + tokens[i];
            if (cleanup)
                tokens[i] = Cleanup(tokens[i]);
        }
        return tokens;
    }

    internal static WordPieceDecoder FromJson(JsonPart part) => new(part.Text("prefix"), part.Flag("cleanup"));

    internal override JsonObject ToJson() => new() { ["type"] = "WordPiece", ["prefix"] = prefix, ["cleanup"] = cleanup };

    /// <summary>Removes the spaces before punctuation and English contractions in a token.</summary>
    internal static string Cleanup(string token) => !token.Contains(' ', StringComparison.Ordinal) ? token : TextCleanup.Apply(token)
        .Replace(" do not", " don't", StringComparison.Ordinal);
}
