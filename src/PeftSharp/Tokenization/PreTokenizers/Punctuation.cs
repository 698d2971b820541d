using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits at punctuation: category P and all ASCII punctuation.</summary>
internal sealed class Punctuation(SplitBehavior behavior) : DelimitingPreTokenizer(behavior)
{
    internal static Punctuation FromJson(JsonPart part) => new(part.Choice<SplitBehavior>("behavior", absent: SplitBehavior.Isolated));

    internal override JsonObject ToJson() => new() { ["type"] = "Punctuation", ["behavior"] = Behavior.ToString() };

    protected override List<(int Start, int End)> Matches(ReadOnlySpan<char> text) =>
        CodePointsWhere(text, c => UnicodeTables.Is(c, UnicodeFlags.Punctuation));
}
