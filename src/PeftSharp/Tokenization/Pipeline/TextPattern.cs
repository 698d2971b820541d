using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PeftSharp.Tokenization;

/// <summary>The pattern of <c>Split</c> and <c>Replace</c>: a literal text or a regular expression.</summary>
/// <remarks>
/// Regular expressions are matched by .NET, which does not support code points above U+FFFF. <see cref="RegexTranslation"/> translates
/// texts and patterns, so that the matches are those of the reference implementation (Oniguruma), and rejects other patterns.
/// </remarks>
internal sealed class TextPattern
{
    private readonly string _source;
    private readonly Regex? _regex;

    private TextPattern(string source, Regex? regex) => (_source, _regex) = (source, regex);

    internal static TextPattern OfText(string text) => new(text, null);

    /// <exception cref="TokenizerException">The expression contains something that .NET interprets differently.</exception>
    internal static TextPattern OfRegex(string expression) => new(expression, RegexTranslation.Compile(expression));

    /// <summary>Returns the matches in the order of the text, without empty ones.</summary>
    internal List<(int Start, int End)> Matches(ReadOnlySpan<char> text)
    {
        var matches = new List<(int, int)>();
        if (_regex is null)
        {
            for (var start = 0; _source.Length > 0 && text[start..].IndexOf(_source, StringComparison.Ordinal) is >= 0 and var found;
                start += found + _source.Length)
                matches.Add((start + found, start + found + _source.Length));
            return matches;
        }
        var proxy = RegexTranslation.Proxy(text, out var positions);
        foreach (var match in _regex.EnumerateMatches(proxy))
            if (match.Length > 0)
                matches.Add(positions is null
                    ? (match.Index, match.Index + match.Length)
                    : (positions[match.Index], positions[match.Index + match.Length]));
        return matches;
    }

    internal static TextPattern FromJson(JsonPart part) => part["Regex"].IsNull ? OfText(part.Text("String")) : OfRegex(part.Text("Regex"));

    internal JsonObject ToJson() => new() { [_regex is null ? "String" : "Regex"] = _source };
}
