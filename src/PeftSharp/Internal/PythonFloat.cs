using System.Globalization;

namespace PeftSharp.Internal;

/// <summary>Formats floating-point numbers as Python does.</summary>
internal static class PythonFloat
{
    /// <summary><c>repr(value)</c>: the shortest text that parses to the same value, such as <c>1e-12</c>, <c>5e-05</c>, <c>0.0001</c>,
    /// <c>1.0</c>, <c>1e+16</c>, <c>nan</c>, <c>inf</c>.</summary>
    internal static string Repr(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        var (sign, digits, point) = Decimal(value);
        if (point is <= -4 or > 16)
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." : "")}{digits.AsSpan(1)}e{(point > 0 ? '+' : '-')}{Math.Abs(point - 1):00}";
        if (point <= 0)
            return $"{sign}0.{new string('0', -point)}{digits}";
        return digits.Length <= point
            ? $"{sign}{digits}{new string('0', point - digits.Length)}.0"
            : $"{sign}{digits.AsSpan(0, point)}.{digits.AsSpan(point)}";
    }

    /// <summary>Returns the same text as <see cref="Repr"/>, except for values that JSON cannot represent: these are written as
    /// <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>, as Python's json module does.</summary>
    internal static string Json(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? value > 0 ? "Infinity" : "-Infinity" : Repr(value);

    /// <summary>Splits the value into sign, digits and exponent: 0.digits × 10^point. The digits neither start nor end with 0, except for
    /// the value 0.</summary>
    private static (string Sign, string Digits, int Point) Decimal(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture).AsSpan();
        var sign = text[0] == '-' ? "-" : "";
        text = text[sign.Length..];
        var exponent = 0;
        var mark = text.IndexOf('E');
        if (mark >= 0)
        {
            exponent = int.Parse(text[(mark + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..mark];
        }
        var dot = text.IndexOf('.');
        var whole = dot < 0 ? text : text[..dot];
        var all = string.Concat(whole, dot < 0 ? default : text[(dot + 1)..]);
        var digits = all.TrimStart('0');
        var point = exponent + whole.Length - (all.Length - digits.Length);
        digits = digits.TrimEnd('0');
        return digits.Length == 0 ? (sign, "0", 1) : (sign, digits, point);
    }
}
