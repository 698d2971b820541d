using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits between numbers and other text.</summary>
/// <param name="individualDigits">Whether each digit becomes a word. Otherwise, consecutive digits are one word.</param>
internal sealed class Digits(bool individualDigits)
    : DelimitingPreTokenizer(individualDigits ? SplitBehavior.Isolated : SplitBehavior.Contiguous)
{
    internal static Digits FromJson(JsonPart part) => new(part.Flag("individual_digits"));

    internal override JsonObject ToJson() => new() { ["type"] = "Digits", ["individual_digits"] = individualDigits };

    protected override List<(int Start, int End)> Matches(ReadOnlySpan<char> text) =>
        CodePointsWhere(text, c => UnicodeTables.Is(c, UnicodeFlags.Numeric));
}
