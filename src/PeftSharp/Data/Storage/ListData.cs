namespace PeftSharp.Data;

/// <summary>Lists, stored as the concatenation of their items and the position of each list in it (as in Arrow).</summary>
/// <param name="items">All items, in order; not a <see cref="ChunkedData"/>, so that each list is contiguous.</param>
/// <param name="offsets">The position of each list in <paramref name="items"/>.</param>
/// <param name="nulls">Which lists are null; null if none is.</param>
internal sealed class ListData(ColumnData items, ListOffsets offsets, NullMask? nulls) : ColumnData
{
    internal override int Count => offsets.Count;

    internal override Feature Feature { get; } = new Sequence(items.Feature);

    internal ColumnData AllItems => items;

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
