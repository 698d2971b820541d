using System.Buffers;

namespace PeftSharp.Tokenization;

/// <summary>Matches added tokens in a text: the leftmost match, and the longest match at this position.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<char, List<(string Text, int Id, AddedToken Token)>> _byFirstChar = [];
    private readonly SearchValues<char> _firstChars;

    internal AddedTokenMatcher(IEnumerable<(string Text, int Id, AddedToken Token)> tokens)
    {
        foreach (var entry in tokens.Where(entry => entry.Text.Length > 0).OrderByDescending(entry => entry.Text.Length))
        {
            if (!_byFirstChar.TryGetValue(entry.Text[0], out var sameFirst))
                _byFirstChar[entry.Text[0]] = sameFirst = [];
            sameFirst.Add(entry);
        }
        _firstChars = SearchValues.Create([.. _byFirstChar.Keys]);
    }

    /// <summary>Splits a text into added tokens and the text between them. Parts are not empty.</summary>
    internal void Split(ReadOnlySpan<char> text, List<TextSpan> parts)
    {
        var done = 0;
        for (var position = 0; position < text.Length;)
        {
            var found = text[position..].IndexOfAny(_firstChars);
            if (found < 0)
                break;
            position += found;
            if (Longest(text[position..]) is not { } match)
            {
                position++;
                continue;
            }
            var (start, end) = (position, position + match.Text.Length);
            position = end;
            if (match.Token.SingleWord && (IsWordBefore(text, start) || IsWordAfter(text, end)))
                continue;
            if (match.Token.LStrip)
            {
                while (start > done && UnicodeTables.Is(text[start - 1], UnicodeFlags.Space))
                    start--;
                start = Math.Max(start, done);                  // white space that the previous token includes is not matched again
            }
            if (match.Token.RStrip)
                while (end < text.Length && UnicodeTables.Is(text[end], UnicodeFlags.Space))
                    end++;
            if (start >= end)
                continue;
            PreTokenizedText.AddWord(parts, done, start);
            parts.Add(new TextSpan(start, end, match.Id));
            done = end;
        }
        PreTokenizedText.AddWord(parts, done, text.Length);
    }

    private (string Text, int Id, AddedToken Token)? Longest(ReadOnlySpan<char> text)
    {
        foreach (var entry in _byFirstChar[text[0]])
            if (text.StartsWith(entry.Text, StringComparison.Ordinal))
                return entry;
        return null;
    }

    private static bool IsWordBefore(ReadOnlySpan<char> text, int end) =>
        end > 0 && UnicodeTables.Is(CodePoints.Before(text, end, out _), UnicodeFlags.Word);

    private static bool IsWordAfter(ReadOnlySpan<char> text, int start) =>
        start < text.Length && UnicodeTables.Is(CodePoints.At(text, start, out _), UnicodeFlags.Word);
}
