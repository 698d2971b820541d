using System.Buffers;
using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>Operations on strings as Python defines them: white space, and positions in code points.</summary>
internal static class JinjaText
{
    private static readonly SearchValues<char> _lineBreaks = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    /// <summary>Python's <c>str.isspace</c> of a character.</summary>
    internal static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    internal static bool IsSpace(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!IsSpace(c))
                return false;
        return text.Length > 0;
    }

    internal static int SkipSpace(string text, int position)
    {
        while (position < text.Length && IsSpace(text[position]))
            position++;
        return position;
    }

    internal static string TrimStart(string text) => text[SkipSpace(text, 0)..];

    internal static string TrimEnd(string text)
    {
        var end = text.Length;
        while (end > 0 && IsSpace(text[end - 1]))
            end--;
        return text[..end];
    }

    /// <summary>Replaces <c>\r\n</c> and <c>\r</c> by <c>\n</c>.</summary>
    internal static string NormalizeLines(string text) => text.Contains('\r')
        ? text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')
        : text;

    /// <summary>Whether a code point of the text has two UTF-16 code units.</summary>
    internal static bool HasPairs(ReadOnlySpan<char> text)
    {
        JinjaRun.Scan(text.Length);
        return text.ContainsAnyInRange('\ud800', '\udfff');
    }

    /// <summary>The code point at an index in UTF-16 code units, as a string.</summary>
    internal static string CharacterAt(string text, int unit) => text.Substring(unit, IsPair(text, unit) ? 2 : 1);

    internal static int Length(string text) => HasPairs(text) ? Count(text) : text.Length;

    /// <summary>Converts an index in code points to an index in UTF-16 code units.</summary>
    internal static int ToUnits(string text, int codePoints)
    {
        if (!HasPairs(text))
            return codePoints;
        JinjaRun.Walk(Math.Min(codePoints, text.Length));
        var unit = 0;
        for (; codePoints > 0 && unit < text.Length; codePoints--)
            unit += IsPair(text, unit) ? 2 : 1;
        return unit;
    }

    /// <summary>Converts an index in UTF-16 code units to an index in code points.</summary>
    internal static int ToCodePoints(string text, int unit) => HasPairs(text) ? Count(text.AsSpan(0, unit)) : unit;

    /// <summary>The code points of a text, as strings.</summary>
    internal static IEnumerable<string> Characters(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var character = CharacterAt(text, i);
            yield return character;
            i += character.Length;
        }
    }

    /// <summary>The code point at an index in code points, as a string.</summary>
    internal static string At(string text, int codePoint) => CharacterAt(text, ToUnits(text, codePoint));

    /// <summary>A slice with a step, as the indices of the code points.</summary>
    internal static string Pick(string text, IEnumerable<int> indices)
    {
        var characters = HasPairs(text) ? Characters(text).ToArray() : null;
        var picked = new StringBuilder();
        foreach (var index in indices)
            _ = characters is null ? picked.Append(text[index]) : picked.Append(characters[index]);
        return picked.ToString();
    }

    /// <summary>Python's <c>str.splitlines</c>.</summary>
    internal static List<string> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.AsSpan(start).IndexOfAny(_lineBreaks);
            if (end < 0)
            {
                lines.Add(text[start..]);
                break;
            }
            end += start;
            var next = text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1;
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }
        return lines;
    }

    private static int Count(ReadOnlySpan<char> text)
    {
        JinjaRun.Walk(text.Length);
        return CodePoints.Count(text);
    }

    private static bool IsPair(string text, int unit) =>
        char.IsHighSurrogate(text[unit]) && unit + 1 < text.Length && char.IsLowSurrogate(text[unit + 1]);
}
