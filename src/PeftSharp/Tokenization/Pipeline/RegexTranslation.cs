using System.Globalization;
using System.Text.RegularExpressions;

namespace PeftSharp.Tokenization;

/// <summary>Makes .NET's regular expressions, which see UTF-16 units and their own version of Unicode, match what the reference's engine matches.</summary>
/// <remarks>
/// The text is searched in the shape of a proxy: each code point above U+FFFF, and each that the two versions of Unicode class differently, is replaced by one character of the
/// same class that no pattern names. That is exact for patterns made of the classes <c>\p{…}</c> of general categories, <c>\s</c>, <c>\d</c>, <c>.</c> and characters of the basic
/// plane; others (<c>\w</c>, <c>\b</c>, possessive quantifiers, scripts, characters above U+FFFF) are refused.
/// </remarks>
internal static class RegexTranslation
{
    // One rare character per general category, none of which has another case or stands in a published pattern.
    private static readonly Dictionary<UnicodeCategory, char> Representatives = new()
    {
        [UnicodeCategory.UppercaseLetter] = '\u03D2', [UnicodeCategory.LowercaseLetter] = '\u0221', [UnicodeCategory.TitlecaseLetter] = '\u1F88', [UnicodeCategory.ModifierLetter] = '\u02E4',
        [UnicodeCategory.OtherLetter] = '\u01BB', [UnicodeCategory.NonSpacingMark] = '\u0483', [UnicodeCategory.SpacingCombiningMark] = '\u0903', [UnicodeCategory.EnclosingMark] = '\u0488',
        [UnicodeCategory.DecimalDigitNumber] = '\u0C66', [UnicodeCategory.LetterNumber] = '\u2180', [UnicodeCategory.OtherNumber] = '\u0BF0', [UnicodeCategory.MathSymbol] = '\u2140',
        [UnicodeCategory.CurrencySymbol] = '\u20AF', [UnicodeCategory.ModifierSymbol] = '\u02D2', [UnicodeCategory.OtherSymbol] = '\u0482', [UnicodeCategory.DashPunctuation] = '\u058A',
        [UnicodeCategory.OpenPunctuation] = '\u0F3A', [UnicodeCategory.ClosePunctuation] = '\u0F3B', [UnicodeCategory.OtherPunctuation] = '\u055A', [UnicodeCategory.ConnectorPunctuation] = '\u203F',
        [UnicodeCategory.Format] = '\u2064', [UnicodeCategory.PrivateUse] = '\uE123', [UnicodeCategory.OtherNotAssigned] = '\u0378',
    };

    private const string Understood = "sSdDrntfv";
    private static readonly string[] Categories = ["L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co", "Cn"];

    /// <exception cref="TokenizerException">The expression uses what .NET would read otherwise.</exception>
    internal static Regex Compile(string expression)
    {
        for (var i = 0; i < expression.Length; i++)
        {
            var c = expression[i];
            if (char.IsSurrogate(c) || Representatives.ContainsValue(c))
                throw Refused(expression, $"the character U+{CodePoints.At(expression, i, out _):X4}");
            if (i > 0 && c == '+' && expression[i - 1] is '+' or '*' or '?' or '}' && (i < 2 || expression[i - 2] != '\\') && c == '+')
                throw Refused(expression, $"the possessive quantifier '{expression[(i - 1)..(i + 1)]}'");
            if (c == '&' && i + 1 < expression.Length && expression[i + 1] == '&')
                throw Refused(expression, "the class intersection '&&'");
            if (c != '\\' || ++i >= expression.Length)
                continue;
            if (expression[i] is 'p' or 'P')
            {
                var end = expression.IndexOf('}', i);
                var name = end > i + 2 && expression[i + 1] == '{' ? expression[(i + 2)..end] : expression[i..];
                if (!Categories.Contains(name))
                    throw Refused(expression, $"the class '{name}'");
                i = end;
            }
            else if (char.IsAsciiLetterOrDigit(expression[i]) && !Understood.Contains(expression[i], StringComparison.Ordinal))
                throw Refused(expression, $"'\\{expression[i]}'");
        }
        try
        {
            return new Regex(expression, RegexOptions.CultureInvariant | RegexOptions.Compiled);
        }
        catch (ArgumentException error)
        {
            throw new TokenizerException($"The regular expression '{expression}' of this tokenizer is not one that .NET understands: {error.Message}", error);
        }
    }

    /// <summary>The text as the expressions are to see it; where places moved, <paramref name="positions"/> holds the place in the text of each character and of the end.</summary>
    internal static ReadOnlySpan<char> Proxy(ReadOnlySpan<char> text, out int[]? positions)
    {
        positions = null;
        if (System.Text.Ascii.IsValid(text))
            return text;
        var proxy = new char[text.Length];
        var places = new int[text.Length + 1];
        var length = 0;
        for (var i = 0; i < text.Length; length++)
        {
            var c = CodePoints.At(text, i, out var units);
            (proxy[length], places[length]) = (Representative(c), i);
            i += units;
        }
        places[length] = text.Length;
        if (length < text.Length)
            positions = places;
        return proxy.AsSpan(0, length);
    }

    private static char Representative(int c)
    {
        var category = CharUnicodeInfo.GetUnicodeCategory(c);
        var (isLetter, isNumber) = (UnicodeTables.Is(c, UnicodeFlags.Letter), UnicodeTables.Is(c, UnicodeFlags.Number));
        if (isLetter != category <= UnicodeCategory.OtherLetter)
            category = isLetter ? UnicodeCategory.OtherLetter : UnicodeCategory.OtherNotAssigned;
        else if (isNumber != category is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber)
            category = isNumber ? UnicodeCategory.OtherNumber : UnicodeCategory.OtherNotAssigned;
        else if (c < 0x10000)
            return (char)c;
        return Representatives[category];
    }

    private static TokenizerException Refused(string expression, string what) =>
        new($"The regular expression '{expression}' of this tokenizer uses {what}, which .NET would read in another way. Supported: general categories \\p{{…}}, \\s, \\d and plain characters up to U+FFFF.");
}
