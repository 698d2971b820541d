using System.Globalization;
using System.Numerics;

namespace PeftSharp.Tokenization;

/// <summary>Filters of numbers.</summary>
internal static class JinjaNumberFilters
{
    internal static object? Int(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("int", "default?", "base?");
        var radix = JinjaNumbers.ToInt(JinjaFilters.Or(given[1], 10L));
        switch (value)
        {
            case JinjaUndefined undefined:
                throw undefined.Fail();
            case long or BigInteger:
                return value;
            case bool flag:
                return flag ? 1L : 0L;
            case double number when double.IsFinite(number):
                return JinjaNumbers.Narrow(new BigInteger(number));
            case double.PositiveInfinity or double.NegativeInfinity:
                throw new JinjaFault("Infinity cannot be converted to an integer.");
            case string text when ParseInteger(text, radix) is { } integer:
                return integer;
            case string text when ParseFloat(text) is { } number && double.IsFinite(number):
                return JinjaNumbers.Narrow(new BigInteger(number));
            default:
                return JinjaFilters.Or(given[0], 0L);
        }
    }

    internal static object? Float(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var otherwise = JinjaFilters.Or(arguments.Bind("float", "default?")[0], 0.0);
        return value switch
        {
            JinjaUndefined undefined => throw undefined.Fail(),
            string text => ParseFloat(text) ?? otherwise,
            _ when JinjaNumbers.Is(value) => JinjaNumbers.ToDouble(value!),
            _ => otherwise,
        };
    }

    internal static object Round(JinjaRun run, object? value, JinjaArguments arguments)
    {
        var given = arguments.Bind("round", "precision?", "method?");
        var digits = JinjaNumbers.ToInt(JinjaFilters.Or(given[0], 0L));
        if (value is JinjaUndefined undefined)
            throw undefined.Fail();
        if (!JinjaNumbers.Is(value))
            throw new JinjaFault($"The filter 'round' needs a number, but the value has the type {JinjaTypes.Name(value)}.");
        if (Math.Abs(digits) > 300)
            throw JinjaFault.Unsupported("The filter 'round' supports a precision from -300 to 300.");
        switch (JinjaFilters.Or(given[1], "common"))
        {
            case "common":
                return value is double number
                    ? double.IsFinite(number) ? JinjaDecimals.Round(number, digits) : number
                    : digits >= 0 ? JinjaNumbers.ToLong(value) : RoundInteger(JinjaNumbers.ToLong(value), -digits);
            case "ceil":
                return Scaled(value!, digits, Math.Ceiling);
            case "floor":
                return Scaled(value!, digits, Math.Floor);
            default:
                throw new JinjaFault("The argument 'method' of the filter 'round' must be 'common', 'ceil' or 'floor'.");
        }
    }

    internal static object Abs(JinjaRun run, object? value, JinjaArguments arguments)
    {
        arguments.Bind("abs");
        return value switch
        {
            JinjaUndefined undefined => throw undefined.Fail(),
            double number => Math.Abs(number),
            _ when JinjaNumbers.IsInteger(value) =>
                JinjaNumbers.ToLong(value) is < 0 and var number ? JinjaNumbers.Negate(number) : JinjaNumbers.ToLong(value),
            _ => throw new JinjaFault($"The filter 'abs' needs a number, but the value has the type {JinjaTypes.Name(value)}."),
        };
    }

    // Python computes ceil(value * 10 ** precision) / 10 ** precision, which is a float.
    private static double Scaled(object value, int digits, Func<double, double> round)
    {
        var scale = Math.Pow(10, digits);
        return round(JinjaNumbers.ToDouble(value) * scale) / scale;
    }

    private static object RoundInteger(long value, int zeros)
    {
        var unit = BigInteger.Pow(10, zeros);
        var quotient = BigInteger.DivRem(BigInteger.Abs(value), unit, out var rest);
        if (2 * rest > unit || 2 * rest == unit && !quotient.IsEven)
            quotient++;
        return JinjaNumbers.Narrow(quotient * unit * Math.Sign(value));
    }

    private static object? ParseInteger(string text, int radix)
    {
        text = JinjaStringMethods.Strip(text, null, left: true, right: true);
        var digits = text.TrimStart('+', '-');
        if (text.Length - digits.Length > 1 || digits.Length is 0 or > 1000 || digits[0] == '_' || digits[^1] == '_'
            || digits.Contains("__", StringComparison.Ordinal))
            return null;
        BigInteger value = 0;
        foreach (var c in digits)
        {
            if (c == '_')
                continue;
            var digit = char.IsAsciiDigit(c) ? c - '0' : char.IsAsciiLetter(c) ? char.ToLowerInvariant(c) - 'a' + 10 : int.MaxValue;
            if (digit >= radix)
                return null;
            value = value * radix + digit;
        }
        return JinjaNumbers.Narrow(text[0] == '-' ? -value : value);
    }

    private static double? ParseFloat(string text)
    {
        text = JinjaStringMethods.Strip(text, null, left: true, right: true);
        var plain = text.Replace("_", "", StringComparison.Ordinal);
        return plain.ToLowerInvariant().TrimStart('+', '-') switch
        {
            "inf" or "infinity" => text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity,
            "nan" => double.NaN,
            _ => double.TryParse(plain, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture, out var number) ? number : null,
        };
    }
}
