namespace PeftSharp.Data;

/// <summary>Lists, stored as in Arrow: all items one after the other, and the position of each list among the items.</summary>
/// <param name="items">All items, in order; not a <see cref="ChunkedData"/>, so that each list is contiguous.</param>
/// <param name="offsets">The position of each list in <paramref name="items"/>.</param>
/// <param name="nulls">Which lists are null. Null: no list is null.</param>
internal sealed class ListData(ColumnData items, ListOffsets offsets, NullMask? nulls) : ColumnData
{
    internal override int Count => offsets.Count;

    internal override Feature Feature { get; } = new Sequence(items.Feature);

    internal ColumnData AllItems => items;

    internal override (MappedDataFile File, long Position)? Location => offsets.Location ?? items.Location;

    internal override IEnumerable<MappedDataFile> Files => items.Files;

    internal override bool HasNulls => nulls is not null;

    internal (int Start, int Count) Range(int index)
    {
        var (start, count) = offsets[index];
        return ((int)start, count);                                  // a column has at most 2^31 - 1 items
    }

    internal override bool IsNull(int index) => nulls is not null && nulls[index];

    internal override ColumnData Conform(Feature feature) =>
        feature is Sequence sequence && items.Conform(sequence.Element) is var conformed && !ReferenceEquals(conformed, items)
            ? new ListData(conformed, offsets, nulls)
            : this;

    internal override object? Get(int index)
    {
        if (IsNull(index))
            return null;
        var (start, count) = Range(index);
        return items.Items(start, count);
    }
}
