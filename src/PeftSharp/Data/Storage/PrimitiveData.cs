using System.Collections;

namespace PeftSharp.Data;

/// <summary>Numbers, booleans, or dates and times in an array.</summary>
/// <param name="values">The values; elements that are null have an arbitrary value.</param>
/// <param name="nulls">Which values are null; null if none is.</param>
/// <param name="feature">The type of the column if it is more specific than <typeparamref name="T"/>: a <see cref="ClassLabel"/>.</param>
internal sealed class PrimitiveData<T>(T[] values, BitArray? nulls, Feature? feature = null) : ColumnData where T : struct
{
    internal override int Count => values.Length;

    internal override Feature Feature { get; } = feature ?? PrimitiveTypes.FeatureOf<T>();

    internal bool HasNulls => nulls is not null;

    internal ReadOnlySpan<T> Values => values;

    internal override bool IsNull(int index) => nulls is not null && nulls[index];

    internal override object? Get(int index) => IsNull(index) ? null : values[index];

    internal override Array Items(int start, int count) => HasNulls ? base.Items(start, count) : values.AsSpan(start, count).ToArray();
}
