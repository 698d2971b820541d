namespace PeftSharp.Tokenization;

/// <summary>Splits a text into extended grapheme clusters (UAX #29), in the Unicode version of the reference implementation.</summary>
/// <remarks>
/// The boundaries are exact for clusters of at most five bytes in UTF-8. Only such clusters are looked up as a whole in a normalization
/// map. Longer clusters (Hangul syllables of several jamo, flags, most emoji sequences, Indic conjuncts) can be returned in parts.
/// </remarks>
internal static class GraphemeClusters
{
    private const int ZeroWidthJoiner = 0x200D;

    /// <summary>Returns the end of the cluster that begins at <paramref name="start"/>.</summary>
    internal static int End(ReadOnlySpan<char> text, int start)
    {
        var first = CodePoints.At(text, start, out var units);
        var end = start + units;
        if (first == '\r' && end < text.Length && text[end] == '\n')
            return end + 1;
        if (UnicodeTables.Is(first, UnicodeFlags.Breaking))
            return end;
        var last = first;
        while (end < text.Length)
        {
            var next = CodePoints.At(text, end, out units);
            var flags = UnicodeTables.FlagsOf(next);
            var isJoined = (flags & UnicodeFlags.Joined) != 0
                || UnicodeTables.Is(last, UnicodeFlags.Prepended) && (flags & UnicodeFlags.Breaking) == 0
                || (flags & UnicodeFlags.Pictographic) != 0 && last == ZeroWidthJoiner
                    && UnicodeTables.Is(first, UnicodeFlags.Pictographic);
            if (!isJoined)
                break;
            (end, last) = (end + units, next);
        }
        return end;
    }
}
