using System.Collections;

namespace PeftSharp.Data;

/// <summary>The growing values of a column whose kind is known.</summary>
internal abstract class ColumnStore
{
    private List<int>? _nulls;

    internal abstract int Count { get; }

    internal abstract Feature Feature { get; }

    internal abstract ColumnData Build();

    internal void AddNull()
    {
        (_nulls ??= []).Add(Count);
        AddPlaceholder();
    }

    /// <summary>Adds what stands where a value is absent.</summary>
    private protected abstract void AddPlaceholder();

    private protected BitArray? Nulls()
    {
        if (_nulls is null)
            return null;
        var bits = new BitArray(Count);
        foreach (var row in _nulls)
            bits[row] = true;
        return bits;
    }
}
