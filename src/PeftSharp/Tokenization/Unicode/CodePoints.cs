namespace PeftSharp.Tokenization;

/// <summary>Reading UTF-16 by code points. A lone half of a surrogate pair, which Python's strings and files cannot hold here, counts as U+FFFD.</summary>
internal static class CodePoints
{
    internal const int Replacement = 0xFFFD;

    /// <summary>The code point at <paramref name="index"/> and how many UTF-16 units it takes.</summary>
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

    /// <summary>The code point that ends just before <paramref name="end"/>.</summary>
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

    /// <summary>Whether <paramref name="index"/> lies between the two halves of a surrogate pair.</summary>
    internal static bool IsInside(ReadOnlySpan<char> text, int index) => index > 0 && index < text.Length && char.IsLowSurrogate(text[index]) && char.IsHighSurrogate(text[index - 1]);

    /// <summary>Bytes in UTF-8.</summary>
    internal static int Utf8Length(int codePoint) => codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}
