using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PeftSharp.Tokenization;

/// <summary>Arithmetic as in Python. Integers of more than 64 bits can be printed and compared, but not used in calculations.</summary>
internal static class JinjaNumbers
{
    internal static bool Is(object? value) => value is long or double or bool or BigInteger;

    internal static bool IsInteger(object? value) => value is long or bool or BigInteger;

    internal static object Narrow(BigInteger value) => value >= long.MinValue && value <= long.MaxValue
        ? (object)(long)value
        : value;

    internal static double ToDouble(object value) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        BigInteger number => (double)number,
        _ => (double)value,
    };

    /// <summary>The value of an integer or Boolean.</summary>
    /// <exception cref="JinjaFault">The value is not an integer of 64 bits.</exception>
    internal static long ToLong(object? value) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        JinjaUndefined undefined => throw undefined.Fail(),
        BigInteger => throw TooLarge(),
        _ => throw new JinjaFault($"{JinjaTypes.Describe(value)} was passed where an integer is expected."),
    };

    internal static int ToInt(object? value) => (int)Math.Clamp(ToLong(value), int.MinValue, int.MaxValue);

    internal static bool Equal(object left, object right) => Compare(left, right) == 0;

    /// <summary>Compares two numbers; null if one is NaN.</summary>
    internal static int? Compare(object left, object right)
    {
        if (IsInteger(left) && IsInteger(right))
            return left is BigInteger || right is BigInteger ? Big(left).CompareTo(Big(right)) : ToLong(left).CompareTo(ToLong(right));
        var (x, y) = (ToDouble(left), ToDouble(right));
        return double.IsNaN(x) || double.IsNaN(y) ? null : x.CompareTo(y);
    }

    internal static object Calculate(string symbol, object left, object right)
    {
        try
        {
            if (IsInteger(left) && IsInteger(right) && symbol != "/" && !(symbol == "**" && ToLong(right) < 0))
                return Integers(symbol, ToLong(left), ToLong(right));
            return Floats(symbol, ToDouble(left), ToDouble(right));
        }
        catch (OverflowException)
        {
            throw TooLarge();
        }
    }

    internal static object Negate(object value) => value is double number ? (object)-number : checked(0 - ToLong(value));

    private static long Integers(string symbol, long x, long y) => symbol switch
    {
        "+" => checked(x + y),
        "-" => checked(x - y),
        "*" => checked(x * y),
        "//" => FloorDivide(x, NotZero(y)),
        "%" => checked(x - FloorDivide(x, NotZero(y)) * y),
        _ => Power(x, y),
    };

    private static double Floats(string symbol, double x, double y) => symbol switch
    {
        "+" => x + y,
        "-" => x - y,
        "*" => x * y,
        "/" => x / NotZero(y),
        "//" => Math.Floor(x / NotZero(y)),
        "%" => x - Math.Floor(x / NotZero(y)) * y,
        _ when x == 0 && y < 0 => NotZero(x),
        _ => x < 0 && y != Math.Floor(y)
            ? throw new JinjaFault("A negative number has no power with a fractional exponent.")
            : Math.Pow(x, y),
    };

    private static long FloorDivide(long x, long y)
    {
        var quotient = checked(x / y);
        return x % y != 0 && (x < 0) != (y < 0) ? quotient - 1 : quotient;
    }

    private static long Power(long x, long y)
    {
        if (x is 0 or 1 or -1)
            return y == 0 ? 1L : x == -1 && y % 2 == 0 ? 1L : x;
        var result = 1L;
        for (; y > 0; y--)                                          // at most 63 iterations before the result overflows
            result = checked(result * x);
        return result;
    }

    private static long NotZero(long value) => value != 0 ? value : throw new JinjaFault("Division by zero.");

    private static double NotZero(double value) => value != 0 ? value : throw new JinjaFault("Division by zero.");

    private static JinjaFault TooLarge() => JinjaFault.Unsupported("Calculations with integers of more than 64 bits are not supported.");

    private static BigInteger Big(object value) => value is BigInteger number ? number : ToLong(value);

    /// <summary>Converts a JSON number: without a point and an exponent it is an integer.</summary>
    internal static object FromJson(JsonValue value)
    {
        if (value.TryGetValue(out JsonElement element))
        {
            var raw = element.GetRawText();
            return raw.AsSpan().IndexOfAny(".eE") < 0
                ? Narrow(BigInteger.Parse(raw, CultureInfo.InvariantCulture))
                : double.Parse(raw, CultureInfo.InvariantCulture);
        }
        if (value.TryGetValue(out double wide))
            return wide;
        if (value.TryGetValue(out float single))
            return (double)single;
        if (value.TryGetValue(out decimal exact))
            return (double)exact;
        var text = value.ToJsonString();
        return BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
            ? Narrow(integer)
            : double.Parse(text, CultureInfo.InvariantCulture);
    }
}
