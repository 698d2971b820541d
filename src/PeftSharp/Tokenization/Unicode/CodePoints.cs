namespace PeftSharp.Tokenization;

/// <summary>Reads code points from UTF-16. A lone surrogate, which UTF-8 cannot represent, is read as U+FFFD.</summary>
internal static class CodePoints
{
    internal const int Replacement = 0xFFFD;

    /// <summary>Returns the code point at <paramref name="index"/> and its number of UTF-16 code units.</summary>
    internal static int At(ReadOnlySpan<char> text, int index, out int units)
    {
        var first = text[index];
        units = 1;
        if (!char.IsSurrogate(first))
            return first;
        if (char.IsHighSurrogate(first) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]))
        {
            units = 2;
            return char.ConvertToUtf32(first, text[index + 1]);
        }
        return Replacement;
    }

    /// <summary>Returns the code point that ends at <paramref name="end"/>.</summary>
    internal static int Before(ReadOnlySpan<char> text, int end, out int units)
    {
        units = end >= 2 && char.IsLowSurrogate(text[end - 1]) && char.IsHighSurrogate(text[end - 2]) ? 2 : 1;
        return At(text[..end], end - units, out _);
    }

    internal static int Count(ReadOnlySpan<char> text)
    {
        var pairs = 0;
        for (var i = 1; i < text.Length; i++)
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
                pairs++;
        return text.Length - pairs;
    }

    /// <summary>Returns the index of the first surrogate from an index on that is not part of a pair; -1 if there is none.</summary>
    internal static int LoneSurrogate(ReadOnlySpan<char> text, int from = 0)
    {
        for (var i = from; i < text.Length;)
        {
            if (At(text, i, out var units) == Replacement && char.IsSurrogate(text[i]))
                return i;
            i += units;
        }
        return -1;
    }

    /// <summary>Whether <paramref name="index"/> is between the surrogates of a pair.</summary>
    internal static bool IsInside(ReadOnlySpan<char> text, int index) =>
        index > 0 && index < text.Length && char.IsLowSurrogate(text[index]) && char.IsHighSurrogate(text[index - 1]);

    /// <summary>The number of bytes of a code point in UTF-8.</summary>
    internal static int Utf8Length(int codePoint) => codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}
