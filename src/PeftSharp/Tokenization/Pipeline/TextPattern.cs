using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>The pattern of <c>Split</c> and <c>Replace</c>: a literal text or a regular expression.</summary>
internal sealed class TextPattern
{
    private readonly string _source;
    private readonly TranslatedRegex? _regex;

    private TextPattern(string source, TranslatedRegex? regex) => (_source, _regex) = (source, regex);

    /// <summary>Creates the pattern of a literal text. The empty text matches before and after each code point.</summary>
    internal static TextPattern OfText(string text) => new(text, null);

    /// <exception cref="TokenizerException">The expression is malformed or contains something that is not supported.</exception>
    internal static TextPattern OfRegex(string expression) => new(expression, new TranslatedRegex(expression));

    /// <summary>Returns the matches in the order of the text. A match can be empty, but not at the end of the previous match.</summary>
    internal List<(int Start, int End)> Matches(ReadOnlySpan<char> text)
    {
        var matches = new List<(int, int)>();
        if (text.IsEmpty)
            return matches;
        if (_regex is not null)
        {
            _regex.AddMatches(text, matches);
            return matches;
        }
        for (var start = 0; _source.Length > 0 && text[start..].IndexOf(_source, StringComparison.Ordinal) is >= 0 and var found;
            start += found + _source.Length)
            matches.Add((start + found, start + found + _source.Length));
        for (var i = 0; _source.Length == 0 && i <= text.Length; i++)
            if (!CodePoints.IsInside(text, i))
                matches.Add((i, i));
        return matches;
    }

    internal static TextPattern FromJson(JsonPart part) => part["Regex"].IsNull ? OfText(part.Text("String")) : OfRegex(part.Text("Regex"));

    internal JsonObject ToJson() => new() { [_regex is null ? "String" : "Regex"] = _source };
}
