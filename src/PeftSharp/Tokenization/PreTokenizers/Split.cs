using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Splits at the matches of a literal text or a regular expression or, if inverted, at the text between them.</summary>
internal sealed class Split(TextPattern pattern, SplitBehavior behavior, bool invert) : DelimitingPreTokenizer(behavior, invert)
{
    internal static Split FromJson(JsonPart part) =>
        new(TextPattern.FromJson(part["pattern"]), part.Choice<SplitBehavior>("behavior"), part.Flag("invert"));

    internal override JsonObject ToJson() =>
        new() { ["type"] = "Split", ["pattern"] = pattern.ToJson(), ["behavior"] = Behavior.ToString(), ["invert"] = IsInverted };

    protected override List<(int Start, int End)> Matches(ReadOnlySpan<char> text) => pattern.Matches(text);
}
