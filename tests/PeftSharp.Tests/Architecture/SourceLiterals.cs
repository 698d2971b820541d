using System.Text;
using System.Text.RegularExpressions;

namespace PeftSharp.Tests.Architecture;

/// <summary>Reads the string literals of C# files. Literals joined by + are one text, and an interpolated value is "…".</summary>
internal sealed partial class SourceLiterals
{
    private readonly string _code;
    private readonly List<(int At, string Text)> _texts = [];
    private int _at;

    private SourceLiterals(string code) => _code = code;

    /// <summary>The literals of all files of a folder and its subfolders, each with its file and line.</summary>
    internal static IEnumerable<(string Place, string Text)> Under(string folder) =>
        from file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
        let name = Path.GetRelativePath(folder, file)
        where !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal)
        from literal in Of(File.ReadAllText(file))
        select ($"{name}:{literal.Line}", literal.Text);

    /// <summary>The literals of one file in the order of their last characters, each with the line of its first.</summary>
    internal static IEnumerable<(int Line, string Text)> Of(string code)
    {
        var reader = new SourceLiterals(code);
        while (reader._at < code.Length) reader.SkipCode();
        return reader._texts.Select(text => (code.AsSpan(0, text.At).Count('\n') + 1, text.Text));
    }

    /// <summary>Reads code up to its end or the brace that closes an interpolated value.</summary>
    private void SkipCode()
    {
        for (var depth = 0; _at < _code.Length;)
        {
            if (Matches(Comment()) || Matches(Character())) continue;
            if (Quote().IsMatch(_code, _at)) { AddText(); continue; }
            var c = _code[_at++];
            if (c == '{') depth++;
            else if (c == '}' && --depth < 0) return;
        }
    }

    private void AddText()
    {
        var (start, text) = (_at, new StringBuilder());
        do { AppendLiteral(text); } while (Matches(Joint()));
        _texts.Add((start, text.ToString()));
    }

    private void AppendLiteral(StringBuilder text)
    {
        var opening = Quote().Match(_code, _at);
        var (isVerbatim, dollars) = (opening.Value.Contains('@'), opening.Value.Count(c => c == '$'));
        var quotes = opening.Groups["quotes"].Value;
        var isRaw = quotes.Length > 2 && !isVerbatim;
        if (!isRaw) quotes = "\"";
        var hole = new string('{', isRaw ? dollars : 1);
        _at = opening.Groups["quotes"].Index + quotes.Length;
        while (!Starts(quotes) || (isVerbatim && Starts("\"\"")))
        {
            // One character written twice.
            if (dollars > 0 && !isRaw && (Starts("{{") || Starts("}}")) || isVerbatim && Starts("\"\"")) _at++;
            else if (dollars > 0 && Starts(hole))
            {
                _at += hole.Length;
                SkipCode();
                _at += hole.Length - 1;                                                            // SkipCode has read one brace
                text.Append('…');
                continue;
            }
            else if (!isRaw && !isVerbatim && _code[_at] == '\\') _at++;
            text.Append(_code[_at++]);
        }
        _at += quotes.Length;
    }

    private bool Starts(string text) => string.CompareOrdinal(_code, _at, text, 0, text.Length) == 0;

    private bool Matches(Regex pattern)
    {
        var match = pattern.Match(_code, _at);
        _at += match.Length;
        return match.Success;
    }

    [GeneratedRegex("""\G[$@]*(?<quotes>"+)""")]
    private static partial Regex Quote();

    [GeneratedRegex("""\G\s*(//[^\n]*\s*)*\+\s*(//[^\n]*\s*)*(?=[$@]*")""")]
    private static partial Regex Joint();

    [GeneratedRegex("""\G(//[^\n]*|/\*.*?\*/)""", RegexOptions.Singleline)]
    private static partial Regex Comment();

    [GeneratedRegex("""\G'(\\[^\n]{1,9}?|[^\\\n])'""")]
    private static partial Regex Character();
}
