namespace PeftSharp.Tokenization;

/// <summary>
/// Splits a text as GPT-2 does: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.
/// </summary>
/// <remarks>
/// The code does not use a regular expression, for speed and because regular expressions of .NET do not match letters above U+FFFF.
/// </remarks>
internal static class Gpt2Splitter
{
    private const UnicodeFlags Kinds = UnicodeFlags.Letter | UnicodeFlags.Number | UnicodeFlags.Space;

    internal static void Split(ReadOnlySpan<char> text, int offset, List<TextSpan> words)
    {
        for (var start = 0; start < text.Length;)
        {
            var end = WordEnd(text, start);
            words.Add(new TextSpan(offset + start, offset + end));
            start = end;
        }
    }

    private static int WordEnd(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && ContractionLength(text[start..]) is > 0 and var length)
            return start + length;
        var first = text[start] == ' ' && start + 1 < text.Length ? start + 1 : start;
        var kind = KindAt(text, first, out var units);
        if (kind != UnicodeFlags.Space)
            return RunEnd(text, first + units, kind);
        // If a word follows, the last character of the white space is not part of this piece. If that character is a space, it becomes the
        // first character of the word; any other character becomes a piece of its own.
        var end = RunEnd(text, start + 1, UnicodeFlags.Space);
        return end < text.Length && end - start > 1 ? end - 1 : end;
    }

    private static int RunEnd(ReadOnlySpan<char> text, int from, UnicodeFlags kind)
    {
        while (from < text.Length && KindAt(text, from, out var units) == kind)
            from += units;
        return from;
    }

    private static UnicodeFlags KindAt(ReadOnlySpan<char> text, int index, out int units) =>
        UnicodeTables.FlagsOf(CodePoints.At(text, index, out units)) & Kinds;

    private static int ContractionLength(ReadOnlySpan<char> text)
    {
        if (text.Length > 1 && text[1] is 's' or 't' or 'm' or 'd')
            return 2;
        return text.Length > 2 && (text[1], text[2]) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }
}
