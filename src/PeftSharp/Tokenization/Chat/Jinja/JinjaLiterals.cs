using System.Globalization;
using System.Numerics;
using System.Text;

namespace PeftSharp.Tokenization;

/// <summary>Reads names, numbers, strings and operators in a tag.</summary>
internal static class JinjaLiterals
{
    private static readonly string[] _operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",",
        ";",
    ];

    internal static JinjaToken Read(JinjaSource source, int position, out int next)
    {
        var text = source.Text;
        var first = text[position];
        if (char.IsAsciiDigit(first))
            return ReadNumber(source, position, out next);
        if (IsNamePart(text, position, out next))
        {
            while (next < text.Length && IsNamePart(text, next, out var after))
                next = after;
            return new(JinjaTokenKind.Name, text[position..next], position);
        }
        if (first is '\'' or '"')
            return ReadString(source, position, out next);
        foreach (var symbol in _operators)
            if (text.AsSpan(position).StartsWith(symbol))
            {
                next = position + symbol.Length;
                return new(JinjaTokenKind.Operator, symbol, position);
            }
        throw source.Syntax(position, $"'{first}' is not expected here.");
    }

    private static bool IsNamePart(string text, int position, out int next)
    {
        _ = CodePoints.At(text, position, out var units);
        next = position + units;
        return text[position] == '_' || CharUnicodeInfo.GetUnicodeCategory(text, position) is
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
            or UnicodeCategory.ConnectorPunctuation;
    }

    private static JinjaToken ReadNumber(JinjaSource source, int start, out int next)
    {
        var text = source.Text;
        var isRadix = text[start] == '0' && start + 2 < text.Length && char.ToLowerInvariant(text[start + 1]) is 'x' or 'o' or 'b'
            && char.IsAsciiHexDigit(text[start + 2]);
        if (isRadix)
            return ReadRadix(source, start, out next);
        next = Digits(text, start);
        var isFloat = false;
        if (start == 0 || text[start - 1] != '.')
        {
            if (next + 1 < text.Length && text[next] == '.' && char.IsAsciiDigit(text[next + 1]))
                (next, isFloat) = (Digits(text, next + 1), true);
            if (next < text.Length && text[next] is 'e' or 'E')
            {
                var digits = next + 1 < text.Length && text[next + 1] is '+' or '-' ? next + 2 : next + 1;
                if (digits < text.Length && char.IsAsciiDigit(text[digits]))
                    (next, isFloat) = (Digits(text, digits), true);
            }
        }
        var number = text[start..next].Replace("_", "", StringComparison.Ordinal);
        if (!isFloat && number.Length > 1 && number[0] == '0' && number.AsSpan().ContainsAnyExcept('0'))
            throw source.Syntax(start, $"The integer {number} begins with 0. Remove the leading zeros.");
        object value = isFloat ? double.Parse(number, CultureInfo.InvariantCulture)
            : JinjaNumbers.Narrow(BigInteger.Parse(number, CultureInfo.InvariantCulture));
        return new(JinjaTokenKind.Number, number, start, value);
    }

    private static JinjaToken ReadRadix(JinjaSource source, int start, out int next)
    {
        var text = source.Text;
        var radix = char.ToLowerInvariant(text[start + 1]) switch { 'x' => 16, 'o' => 8, _ => 2 };
        BigInteger value = 0;
        for (next = start + 2; next < text.Length && (text[next] == '_' || char.IsAsciiHexDigit(text[next])); next++)
        {
            if (text[next] == '_')
                continue;
            var digit = Convert.ToInt32(text[next].ToString(), 16);
            value = digit < radix ? value * radix + digit
                : throw source.Syntax(next, $"'{text[next]}' is not a digit of a number with base {radix}.");
        }
        return new(JinjaTokenKind.Number, text[start..next], start, JinjaNumbers.Narrow(value));
    }

    private static int Digits(string text, int position)
    {
        while (position < text.Length && (char.IsAsciiDigit(text[position])
            || text[position] == '_' && position + 1 < text.Length && char.IsAsciiDigit(text[position + 1])))
            position++;
        return position;
    }

    private static JinjaToken ReadString(JinjaSource source, int start, out int next)
    {
        var text = source.Text;
        var value = new StringBuilder();
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == text[start])
            {
                next = i + 1;
                return new(JinjaTokenKind.String, value.ToString(), start);
            }
            if (text[i] == '\\' && i + 1 < text.Length)
                i = ReadEscape(source, i, value) - 1;
            else
                value.Append(text[i]);
        }
        throw source.Syntax(start, "The string has no closing quotation mark.");
    }

    /// <summary>Appends the value of an escape sequence of Python and returns the position after it.</summary>
    private static int ReadEscape(JinjaSource source, int backslash, StringBuilder value)
    {
        var text = source.Text;
        var kind = text[backslash + 1];
        var simple = "\\'\"abfnrtv".IndexOf(kind, StringComparison.Ordinal);
        if (simple >= 0)
            value.Append("\\'\"\a\b\f\n\r\t\v"[simple]);
        else if (kind is >= '0' and <= '7')
            return ReadOctal(text, backslash + 1, value);
        else if (kind is 'x' or 'u' or 'U')
            return ReadHex(source, backslash, kind == 'x' ? 2 : kind == 'u' ? 4 : 8, value);
        else if (kind == 'N')
            throw source.Unsupported(backslash, "Characters by name (\\N) are not supported. Use \\u with the code point.");
        else if (kind != '\n')                                              // a line break after a backslash is omitted
            value.Append('\\').Append(kind);
        return backslash + 2;
    }

    private static int ReadOctal(string text, int position, StringBuilder value)
    {
        var code = 0;
        var end = Math.Min(position + 3, text.Length);
        for (; position < end && text[position] is >= '0' and <= '7'; position++)
            code = code * 8 + text[position] - '0';
        value.Append((char)code);
        return position;
    }

    private static int ReadHex(JinjaSource source, int backslash, int length, StringBuilder value)
    {
        var start = backslash + 2;
        if (start + length > source.Text.Length
            || !uint.TryParse(source.Text.AsSpan(start, length), NumberStyles.AllowHexSpecifier, null, out var code) || code > 0x10FFFF)
            throw source.Syntax(backslash, $"The escape sequence must contain {length} hexadecimal digits of a code point up to 10FFFF.");
        if (code < 0x10000)
            value.Append((char)code);
        else
            value.Append(char.ConvertFromUtf32((int)code));
        return start + length;
    }
}
