using System.Numerics;

namespace PeftSharp.Data;

/// <summary>Copies stored numbers into memory of another number type, where nothing is lost but digits of a fraction.</summary>
internal static class NumberCopy
{
    /// <returns>False where an item is absent, does not fit, or is of a kind that does not convert (fractions to whole numbers, text).</returns>
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
            PrimitiveData<bool> truths => Convert(truths.Values.Slice(start, destination.Length), destination),
            _ => false,
        };
    }

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
            if (IsWhole<T>() && TFrom.CreateTruncating(to[i]) != from[i])
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
