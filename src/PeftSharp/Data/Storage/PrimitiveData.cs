using System.Collections;

namespace PeftSharp.Data;

/// <summary>Numbers, truth values or times in one flat array.</summary>
/// <param name="values">The values; whatever stands where one is absent.</param>
/// <param name="nulls">Which values are absent; null where none is.</param>
/// <param name="feature">What the values mean, where it is more than their type says: the names of classes.</param>
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
