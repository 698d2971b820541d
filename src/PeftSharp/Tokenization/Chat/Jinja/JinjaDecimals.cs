using System.Globalization;
using System.Numerics;

namespace PeftSharp.Tokenization;

/// <summary>Decimal digits of floating-point numbers, computed exactly and rounded to even, as Python does.</summary>
internal static class JinjaDecimals
{
    /// <summary>Python's <c>round(value, digits)</c> of a finite number.</summary>
    internal static double Round(double value, int digits)
    {
        var scaled = Scaled(value, digits);
        var text = $"{scaled}E{-digits}";
        var rounded = double.Parse(text, CultureInfo.InvariantCulture);
        return double.IsNegative(value) && rounded == 0 ? -0.0 : rounded;
    }

    /// <summary>The digits of <c>%.nf</c> for a finite number that is not negative.</summary>
    internal static string Fixed(double value, int digits)
    {
        var text = Scaled(value, digits).ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        return digits == 0 ? text : $"{text.AsSpan(0, text.Length - digits)}.{text.AsSpan(text.Length - digits)}";
    }

    /// <summary>The digits of <c>%.ne</c> for a finite number that is not negative, and its exponent.</summary>
    internal static (string Digits, int Exponent) Scientific(double value, int digits)
    {
        if (value == 0)
            return (new string('0', digits + 1), 0);
        var exponent = (int)Math.Floor(Math.Log10(value));
        while (true)
        {
            var text = Scaled(value, digits - exponent).ToString(CultureInfo.InvariantCulture);
            if (text.Length == digits + 1)
                return (text, exponent);
            exponent += text.Length > digits + 1 ? 1 : -1;                      // the logarithm was inexact, or the digits were rounded up
        }
    }

    /// <summary>Returns value × 10^digits, rounded to the nearest integer, ties to even.</summary>
    private static BigInteger Scaled(double value, int digits)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF);
        BigInteger numerator = exponent == 0 ? bits & 0xFFFFFFFFFFFFF : (bits & 0xFFFFFFFFFFFFF) | 0x10000000000000;
        exponent = Math.Max(1, exponent) - 1075;
        BigInteger denominator = 1;
        if (exponent >= 0)
            numerator <<= exponent;
        else
            denominator <<= -exponent;
        if (digits >= 0)
            numerator *= BigInteger.Pow(10, digits);
        else
            denominator *= BigInteger.Pow(10, -digits);
        var quotient = BigInteger.DivRem(numerator, denominator, out var rest);
        var order = (2 * rest).CompareTo(denominator);
        if (order > 0 || order == 0 && !quotient.IsEven)
            quotient++;
        return bits < 0 ? -quotient : quotient;
    }
}
