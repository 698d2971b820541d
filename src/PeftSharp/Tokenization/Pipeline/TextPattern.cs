using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PeftSharp.Tokenization;

/// <summary>What <c>Split</c> and <c>Replace</c> look for: a plain text or a regular expression.</summary>
/// <remarks>
/// Regular expressions run on .NET's engine, which knows no code point above U+FFFF; see <see cref="RegexTranslation"/> for how texts and patterns are made to mean the same
/// as in the reference's engine (Oniguruma), and which patterns are refused.
/// </remarks>
internal sealed class TextPattern
{
    private readonly string _source;
    private readonly Regex? _regex;

    private TextPattern(string source, Regex? regex) => (_source, _regex) = (source, regex);

    internal static TextPattern OfText(string text) => new(text, null);

    /// <exception cref="TokenizerException">The expression uses what .NET would read otherwise.</exception>
    internal static TextPattern OfRegex(string expression) => new(expression, RegexTranslation.Compile(expression));

    /// <summary>The matches from left to right; empty ones are left out.</summary>
    internal List<(int Start, int End)> Matches(ReadOnlySpan<char> text)
    {
        var matches = new List<(int, int)>();
        if (_regex is null)
        {
            for (var start = 0; _source.Length > 0 && text[start..].IndexOf(_source, StringComparison.Ordinal) is >= 0 and var found; start += found + _source.Length)
                matches.Add((start + found, start + found + _source.Length));
            return matches;
        }
        var proxy = RegexTranslation.Proxy(text, out var positions);
        foreach (var match in _regex.EnumerateMatches(proxy))
            if (match.Length > 0)
                matches.Add(positions is null ? (match.Index, match.Index + match.Length) : (positions[match.Index], positions[match.Index + match.Length]));
        return matches;
    }

    internal static TextPattern FromJson(JsonPart part) => part["Regex"].IsNull ? OfText(part.Text("String")) : OfRegex(part.Text("Regex"));

    internal JsonObject ToJson() => new() { [_regex is null ? "String" : "Regex"] = _source };
}
