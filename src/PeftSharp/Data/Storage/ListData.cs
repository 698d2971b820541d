using System.Collections;

namespace PeftSharp.Data;

/// <summary>Lists, stored as the concatenation of their items and offsets (as in Arrow).</summary>
/// <param name="items">All items, in order; not a <see cref="ChunkedData"/>, so that each list is contiguous.</param>
/// <param name="offsets">List i has the items [offsets[i], offsets[i + 1]).</param>
/// <param name="nulls">Which lists are null; null if none is.</param>
internal sealed class ListData(ColumnData items, int[] offsets, BitArray? nulls) : ColumnData
{
    internal override int Count => offsets.Length - 1;

    internal override Feature Feature { get; } = new Sequence(items.Feature);

    internal ColumnData AllItems => items;

    internal (int Start, int Count) Range(int index) => (offsets[index], offsets[index + 1] - offsets[index]);

    internal override bool IsNull(int index) => nulls is not null && nulls[index];

    internal override ColumnData Conform(Feature feature) =>
        feature is Sequence sequence && items.Conform(sequence.Element) is var conformed && !ReferenceEquals(conformed, items)
            ? new ListData(conformed, offsets, nulls)
            : this;

    internal override object? Get(int index) => IsNull(index) ? null : items.Items(offsets[index], offsets[index + 1] - offsets[index]);
}
