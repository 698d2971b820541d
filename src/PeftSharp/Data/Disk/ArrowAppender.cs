using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>
/// Collects the values of a column for a record batch, in the memory layout of Arrow. The memory is reused for the next batch.
/// </summary>
internal abstract class ArrowAppender
{
    private readonly ValidityBits _validity = new();

    /// <summary>The number of values since the last <see cref="Clear"/>.</summary>
    internal int Count => _validity.Count;

    /// <summary>The type of all values so far, including those before <see cref="Clear"/>.</summary>
    internal abstract IArrowType Type { get; }

    /// <summary>The approximate number of bytes of the values.</summary>
    internal abstract long Bytes { get; }

    /// <summary>Makes <see cref="Type"/> wide enough for the values of another file.</summary>
    internal virtual void Include(IArrowType type) { }

    /// <summary>Appends values.</summary>
    /// <param name="data">The values; not a <see cref="ChunkedData"/>. If it is <see cref="NullData"/>, nulls are appended.</param>
    /// <param name="start">The index of the first value.</param>
    /// <param name="count">The number of values.</param>
    internal void Append(ColumnData data, int start, int count)
    {
        if (data is NullData || count == 0)
            AppendNulls(count);
        else
        {
            AppendValues(data, start, count);
            for (var i = 0; i < count && data.HasNulls; i++)
                _validity.Append(!data.IsNull(start + i), 1);
            if (!data.HasNulls)
                _validity.Append(true, count);
        }
    }

    internal void AppendNulls(int count)
    {
        AppendPlaceholders(count);
        _validity.Append(false, count);
    }

    /// <summary>Returns the values as an array of <see cref="Type"/>. It is valid until the next call of another method.</summary>
    internal ArrayData Build() => Build(Type, Count, _validity.NullCount, _validity.Buffer());

    /// <summary>Removes the values.</summary>
    internal virtual void Clear() => _validity.Clear();

    /// <summary>Appends values. The elements of null values can have any content.</summary>
    private protected abstract void AppendValues(ColumnData data, int start, int count);

    /// <summary>Appends elements for null values.</summary>
    private protected abstract void AppendPlaceholders(int count);

    private protected abstract ArrayData Build(IArrowType type, int count, int nulls, ArrowBuffer validity);

    private protected static DatasetException Unexpected(ColumnData data, IArrowType type) =>
        new($"Values of type {data.Feature} cannot be stored in a column of type {type.Name}. Call CastColumn first.");
}
