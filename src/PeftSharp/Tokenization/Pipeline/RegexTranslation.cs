using System.Globalization;
using System.Text.RegularExpressions;

namespace PeftSharp.Tokenization;

/// <summary>
/// Translates regular expressions, so that .NET, which matches UTF-16 code units with its own version of Unicode, finds the same matches as
/// the engine of the reference implementation.
/// </summary>
/// <remarks>
/// Expressions are matched against a proxy of the text: each code point above U+FFFF, and each with a different category in the two
/// versions of Unicode, is replaced by a character of the same category that does not occur in patterns. This is exact for patterns of
/// general categories <c>\p{…}</c>, <c>\s</c>, <c>\d</c>, <c>.</c> and characters of the basic multilingual plane. Other patterns
/// (<c>\w</c>, <c>\b</c>, possessive quantifiers, scripts, characters above U+FFFF) are not supported.
/// </remarks>
internal static class RegexTranslation
{
    // A rare character for each general category, without upper or lower case, that does not occur in published patterns.
    private static readonly Dictionary<UnicodeCategory, char> Representatives = new()
    {
        [UnicodeCategory.UppercaseLetter] = '\u03D2', [UnicodeCategory.LowercaseLetter] = '\u0221',
        [UnicodeCategory.TitlecaseLetter] = '\u1F88', [UnicodeCategory.ModifierLetter] = '\u02E4',
        [UnicodeCategory.OtherLetter] = '\u01BB', [UnicodeCategory.NonSpacingMark] = '\u0483',
        [UnicodeCategory.SpacingCombiningMark] = '\u0903', [UnicodeCategory.EnclosingMark] = '\u0488',
        [UnicodeCategory.DecimalDigitNumber] = '\u0C66', [UnicodeCategory.LetterNumber] = '\u2180',
        [UnicodeCategory.OtherNumber] = '\u0BF0', [UnicodeCategory.MathSymbol] = '\u2140',
        [UnicodeCategory.CurrencySymbol] = '\u20AF', [UnicodeCategory.ModifierSymbol] = '\u02D2', [UnicodeCategory.OtherSymbol] = '\u0482',
        [UnicodeCategory.DashPunctuation] = '\u058A', [UnicodeCategory.OpenPunctuation] = '\u0F3A',
        [UnicodeCategory.ClosePunctuation] = '\u0F3B', [UnicodeCategory.OtherPunctuation] = '\u055A',
        [UnicodeCategory.ConnectorPunctuation] = '\u203F',
        [UnicodeCategory.Format] = '\u2064', [UnicodeCategory.PrivateUse] = '\uE123', [UnicodeCategory.OtherNotAssigned] = '\u0378',
    };

    private const string Understood = "sSdDrntfv";
    private static readonly string[] Categories =
    [
        "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No",
        "P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Co", "Cn",
    ];

    /// <exception cref="TokenizerException">The expression contains something that .NET interprets differently.</exception>
    internal static Regex Compile(string expression)
    {
        for (var (i, inClass, quantified) = (0, false, false); i < expression.Length; i++)
        {
            var c = expression[i];
            if (char.IsSurrogate(c) || Representatives.ContainsValue(c))
                throw Refused(expression, $"the character U+{CodePoints.At(expression, i, out _):X4}");
            if (c == '+' && quantified)
                throw Refused(expression, $"the possessive quantifier '{expression[(i - 1)..(i + 1)]}'");
            if (inClass && (c == '[' || c == '&' && expression[i..].StartsWith("&&", StringComparison.Ordinal)))
                throw Refused(expression, "a class inside a class");
            quantified = !inClass && (c is '+' or '*' or '}' || c == '?' && i > 0 && expression[i - 1] != '(');
            inClass = c == '[' || inClass && c != ']';
            if (c == '\\' && i + 1 < expression.Length)
                i = CheckEscape(expression, i + 1);
        }
        try
        {
            return new Regex(expression, RegexOptions.CultureInvariant | RegexOptions.Compiled);
        }
        catch (ArgumentException error)
        {
            throw new TokenizerException(
                $"The regular expression '{expression}' of the tokenizer is invalid in .NET: {error.Message}", error);
        }
    }

    /// <returns>The index after the escape.</returns>
    private static int CheckEscape(string expression, int i)
    {
        if (expression[i] is 'p' or 'P')
        {
            var end = expression.IndexOf('}', i);
            var name = end > i + 2 && expression[i + 1] == '{' ? expression[(i + 2)..end] : expression[i..];
            return Categories.Contains(name) ? end : throw Refused(expression, $"the class '{name}'");
        }
        return char.IsAsciiLetterOrDigit(expression[i]) && !Understood.Contains(expression[i], StringComparison.Ordinal)
            ? throw Refused(expression, $"'\\{expression[i]}'")
            : i;
    }

    /// <summary>
    /// Returns the text against which expressions are matched. If indices differ, <paramref name="positions"/> maps the index of each
    /// character and of the end to an index in the text.
    /// </summary>
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
        new($"The regular expression '{expression}' of the tokenizer uses {what}, which is not supported because .NET interprets it "
            + $"differently. Supported: general categories \\p{{…}}, \\s, \\d and plain characters up to U+FFFF.");
}
