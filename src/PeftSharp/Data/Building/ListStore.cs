namespace PeftSharp.Data;

/// <summary>Builds a column of lists: add the items of a list to <see cref="Items"/>, then call <see cref="EndList"/>.</summary>
internal sealed class ListStore(bool promotesNumbers) : ColumnStore
{
    private readonly List<int> _offsets = [0];

    internal ColumnBuilder Items { get; } = new(promotesNumbers);

    internal override int Count => _offsets.Count - 1;

    internal override Feature Feature => new Sequence(Items.Feature);

    internal void EndList() => _offsets.Add(Items.Count);

    internal override ColumnData Build() => new ListData(Items.Build(), ListOffsets.Of([.. _offsets]), NullMask.Of(Nulls()));

    private protected override void AddPlaceholder() => EndList();
}
