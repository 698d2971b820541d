using System.Globalization;
using System.Numerics;

namespace PeftSharp.Data;

/// <summary>
/// Copies numbers with conversion to another numeric type. Integers are converted exactly; floating-point values are rounded to the nearest
/// value.
/// </summary>
internal static class NumberCopy
{
    private const double TwoTo63 = 9223372036854775808.0;

    /// <returns>
    /// False if an item is null or out of range, or its type cannot be converted (floating-point values to integers, strings).
    /// </returns>
    internal static bool TryCopy<T>(ColumnData items, int start, Span<T> destination) where T : struct, INumber<T>
    {
        for (var i = 0; i < destination.Length && items.HasNulls; i++)
            if (items.IsNull(start + i))
                return false;
        return items switch
        {
            PrimitiveData<T> same => CopySame(same, start, destination),
            PrimitiveData<long> integers => Convert(integers.Slice(start, destination.Length), destination),
            PrimitiveData<int> integers => Convert(integers.Slice(start, destination.Length), destination),
            PrimitiveData<double> floats when !IsInteger<T>() => Convert(floats.Slice(start, destination.Length), destination),
            PrimitiveData<float> floats when !IsInteger<T>() => Convert(floats.Slice(start, destination.Length), destination),
            PrimitiveData<decimal> floats when !IsInteger<T>() =>
                Convert(Array.ConvertAll(floats.Slice(start, destination.Length).ToArray(), ToDouble), destination),
            PrimitiveData<bool> booleans => Convert(booleans.Slice(start, destination.Length), destination),
            _ => false,
        };
    }

    /// <summary>Converts an integer to float64.</summary>
    /// <exception cref="TypeMismatchException">float64 cannot represent the integer exactly.</exception>
    internal static double ExactDouble(long value) => IsExact(value, (double)value)
        ? value
        : throw new TypeMismatchException(string.Create(CultureInfo.InvariantCulture, $"The column contains floating-point values, "
            + $"and float64 cannot represent the integer {value} exactly. Store the column as strings."));

    /// <summary>
    /// Converts a decimal to the nearest float64. The conversion of .NET is off by one unit in the last place for some numbers with more
    /// than 15 digits.
    /// </summary>
    internal static double ToDouble(decimal value) =>
        double.Parse(value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>Returns whether a floating-point value is exactly equal to an integer.</summary>
    internal static bool IsExact(long value, double converted) => converted < TwoTo63 && (long)converted == value;

    private static bool IsInteger<T>() => typeof(T) == typeof(long) || typeof(T) == typeof(int);

    private static bool CopySame<T>(PrimitiveData<T> items, int start, Span<T> destination) where T : struct
    {
        items.CopyTo(start, destination);
        return true;
    }

    private static bool Convert<TFrom, T>(ReadOnlySpan<TFrom> from, Span<T> to)
        where TFrom : struct, INumber<TFrom> where T : struct, INumber<T>
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = T.CreateTruncating(from[i]);
            var isKept = IsInteger<TFrom>() && !IsInteger<T>() ? IsExact(long.CreateTruncating(from[i]), double.CreateTruncating(to[i]))
                : IsInteger<T>() ? TFrom.CreateTruncating(to[i]) == from[i]
                : !T.IsInfinity(to[i]) || TFrom.IsInfinity(from[i]);
            if (!isKept)
                return false;
        }
        return true;
    }

    private static bool Convert<T>(ReadOnlySpan<bool> from, Span<T> to) where T : struct, INumber<T>
    {
        for (var i = 0; i < to.Length; i++)
            to[i] = from[i] ? T.One : T.Zero;
        return true;
    }
}
