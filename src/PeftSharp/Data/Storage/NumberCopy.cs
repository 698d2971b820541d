using System.Globalization;
using System.Numerics;

namespace PeftSharp.Data;

/// <summary>Copies stored numbers into memory of another number type. Integers stay exact; fractions are rounded to the nearest value that the type holds.</summary>
internal static class NumberCopy
{
    private const double TwoTo63 = 9223372036854775808.0;

    /// <returns>False where an item is absent, does not fit, or is of a kind that does not convert (fractions to integers, text).</returns>
    internal static bool TryCopy<T>(ColumnData items, int start, Span<T> destination) where T : struct, INumber<T>
    {
        for (var i = 0; i < destination.Length; i++)
            if (items.IsNull(start + i))
                return false;
        return items switch
        {
            PrimitiveData<T> same => Same(same, start, destination),
            PrimitiveData<long> wholes => Convert(wholes.Values.Slice(start, destination.Length), destination),
            PrimitiveData<int> wholes => Convert(wholes.Values.Slice(start, destination.Length), destination),
            PrimitiveData<double> fractions when !IsWhole<T>() => Convert(fractions.Values.Slice(start, destination.Length), destination),
            PrimitiveData<float> fractions when !IsWhole<T>() => Convert(fractions.Values.Slice(start, destination.Length), destination),
            PrimitiveData<decimal> fractions when !IsWhole<T>() => Convert(Array.ConvertAll(fractions.Values.Slice(start, destination.Length).ToArray(), ToDouble), destination),
            PrimitiveData<bool> truths => Convert(truths.Values.Slice(start, destination.Length), destination),
            _ => false,
        };
    }

    /// <summary>An integer as float64.</summary>
    /// <exception cref="TypeMismatchException">float64 does not hold it exactly.</exception>
    internal static double ExactDouble(long value) => IsExact(value, (double)value)
        ? value
        : throw new TypeMismatchException(string.Create(CultureInfo.InvariantCulture, $"The integer {value} stands among fractions, and float64 does not hold it exactly; write the column as strings."));

    /// <summary>The float64 nearest to a decimal; .NET's own conversion is off by one unit in the last place for some numbers of more than 15 digits.</summary>
    internal static double ToDouble(decimal value) => double.Parse(value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>Whether a floating-point number is exactly this integer.</summary>
    internal static bool IsExact(long value, double converted) => converted < TwoTo63 && (long)converted == value;

    private static bool IsWhole<T>() => typeof(T) == typeof(long) || typeof(T) == typeof(int);

    private static bool Same<T>(PrimitiveData<T> items, int start, Span<T> destination) where T : struct
    {
        items.Values.Slice(start, destination.Length).CopyTo(destination);
        return true;
    }

    private static bool Convert<TFrom, T>(ReadOnlySpan<TFrom> from, Span<T> to) where TFrom : struct, INumber<TFrom> where T : struct, INumber<T>
    {
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = T.CreateTruncating(from[i]);
            var isKept = IsWhole<TFrom>() && !IsWhole<T>() ? IsExact(long.CreateTruncating(from[i]), double.CreateTruncating(to[i]))
                : IsWhole<T>() ? TFrom.CreateTruncating(to[i]) == from[i]
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
