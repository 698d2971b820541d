namespace PeftSharp.Data;

/// <summary>Numbers, booleans, or dates and times.</summary>
internal abstract class PrimitiveData<T> : ColumnData where T : struct
{
    /// <summary>A value; arbitrary if it is null.</summary>
    internal abstract T this[int index] { get; }

    /// <summary>Copies values; those that are null are arbitrary.</summary>
    internal abstract void CopyTo(int start, Span<T> destination);

    /// <summary>
    /// Returns the values [start, start + count): the stored memory, or a copy if they are in a file. A span does not keep the file mapped.
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
