namespace PeftSharp.Data;

/// <summary>Numbers, booleans, or dates and times.</summary>
internal abstract class PrimitiveData<T> : ColumnData where T : struct
{
    /// <summary>The value at an index. If the value is null, the result is undefined.</summary>
    internal abstract T this[int index] { get; }

    /// <summary>Copies values. The copies of null values are undefined.</summary>
    internal abstract void CopyTo(int start, Span<T> destination);

    /// <summary>
    /// Returns the values [start, start + count). Values in memory are not copied. Values in a file are copied, because a span does not
    /// keep the file mapped.
    /// </summary>
    internal virtual ReadOnlySpan<T> Slice(int start, int count)
    {
        var copy = new T[count];
        CopyTo(start, copy);
        return copy;
    }

    internal sealed override object? Get(int index) => IsNull(index) ? null : this[index];

    internal sealed override Array Items(int start, int count)
    {
        if (HasNulls)
            return base.Items(start, count);
        var items = new T[count];
        CopyTo(start, items);
        return items;
    }
}
