using System.Globalization;
using System.Numerics;
using PeftSharp.Internal;

namespace PeftSharp.Tokenization;

/// <summary>The digits of a number without its sign, for the types of a format.</summary>
internal static class JinjaNumberText
{
    /// <exception cref="JinjaFault">The type is not supported for the value.</exception>
    internal static string Of(object value, char? kind, int? precision)
    {
        if (value is not double && kind is null or 'd' or 'n')
            return precision is null
                ? BigInteger.Abs(Big(value)).ToString(CultureInfo.InvariantCulture)
                : BigInteger.Abs(Big(value)).ToString(CultureInfo.InvariantCulture).PadLeft(precision.Value, '0');
        if (value is not double && kind is 'x' or 'X' or 'o' or 'b')
            return Radix(BigInteger.Abs(Big(value)), kind.Value);
        var number = Math.Abs(JinjaNumbers.ToDouble(value));
        if (kind is null && precision is null)
            return PythonFloat.Repr(number);
        if (kind is null or not ('f' or 'F' or 'e' or 'E' or 'g' or 'G' or '%'))
            throw JinjaFault.Unsupported(kind is null
                ? $"A format with a precision but without a type, such as '{{:.2}}', is not supported for {JinjaTypes.Name(value)}."
                : $"The type '{kind}' of a format is not supported for {JinjaTypes.Name(value)}.");
        if (!double.IsFinite(number))
            return char.IsUpper(kind.Value) ? PythonFloat.Repr(number).ToUpperInvariant() : PythonFloat.Repr(number);
        var text = char.ToLowerInvariant(kind.Value) switch
        {
            'f' => JinjaDecimals.Fixed(number, precision ?? 6),
            '%' => JinjaDecimals.Fixed(number * 100, precision ?? 6) + "%",
            'e' => Exponential(number, precision ?? 6),
            _ => General(number, Math.Max(1, precision ?? 6)),
        };
        return char.IsUpper(kind.Value) ? text.ToUpperInvariant() : text;
    }

    private static BigInteger Big(object value) => value is BigInteger big ? big : JinjaNumbers.ToLong(value);

    private static string Radix(BigInteger value, char kind)
    {
        var text = kind switch
        {
            'x' => value.ToString("x", CultureInfo.InvariantCulture),
            'X' => value.ToString("X", CultureInfo.InvariantCulture),
            'b' => value.ToString("b", CultureInfo.InvariantCulture),
            _ => Octal(value),
        };
        return text.TrimStart('0') is { Length: > 0 } digits ? digits : "0";
    }

    private static string Octal(BigInteger value)
    {
        var digits = "";
        for (; value > 0; value /= 8)
            digits = (value % 8).ToString(CultureInfo.InvariantCulture) + digits;
        return digits;
    }

    private static string Exponential(double number, int precision)
    {
        var (digits, exponent) = JinjaDecimals.Scientific(number, precision);
        return Exponential(digits, exponent);
    }

    private static string Exponential(string digits, int exponent) => string.Create(CultureInfo.InvariantCulture,
        $"{digits[0]}{(digits.Length > 1 ? "." : "")}{digits[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");

    private static string General(double number, int precision)
    {
        var (digits, exponent) = JinjaDecimals.Scientific(number, precision - 1);
        if (exponent < -4 || exponent >= precision)
            return Exponential(digits[0] + digits[1..].TrimEnd('0'), exponent);
        var text = JinjaDecimals.Fixed(number, precision - 1 - exponent);
        return text.Contains('.') ? text.TrimEnd('0').TrimEnd('.') : text;
    }
}
