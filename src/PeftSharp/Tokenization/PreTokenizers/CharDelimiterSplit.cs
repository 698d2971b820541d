using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits at a character and removes it.</summary>
/// <param name="delimiter">The code point.</param>
internal sealed class CharDelimiterSplit(int delimiter) : DelimitingPreTokenizer(SplitBehavior.Removed)
{
    internal static CharDelimiterSplit FromJson(JsonPart part) => new(part.CodePoint("delimiter"));

    internal override JsonObject ToJson() =>
        new() { ["type"] = "CharDelimiterSplit", ["delimiter"] = char.ConvertFromUtf32(delimiter) };

    protected override List<(int Start, int End)> Matches(ReadOnlySpan<char> text) => CodePointsWhere(text, c => c == delimiter);
}
