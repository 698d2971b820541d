using System.Collections;

namespace PeftSharp.Data;

/// <summary>Numbers, booleans, or dates and times in an array.</summary>
/// <param name="values">The values. The elements of null values can have any content.</param>
/// <param name="nulls">Which values are null. Null: no value is null.</param>
/// <param name="feature">The type of the column if it is more specific than <typeparamref name="T"/>: a <see cref="ClassLabel"/>.</param>
internal sealed class PrimitiveArrayData<T>(T[] values, BitArray? nulls, Feature? feature = null) : PrimitiveData<T> where T : struct
{
    internal override int Count => values.Length;

    internal override Feature Feature { get; } = feature ?? PrimitiveTypes.FeatureOf<T>();

    internal override bool HasNulls => nulls is not null;

    internal override T this[int index] => values[index];

    internal override bool IsNull(int index) => nulls is not null && nulls[index];

    internal override void CopyTo(int start, Span<T> destination) => values.AsSpan(start, destination.Length).CopyTo(destination);

    internal override ReadOnlySpan<T> Slice(int start, int count) => values.AsSpan(start, count);
}
