using System.Collections;

namespace PeftSharp.Data;

/// <summary>The values that were added to a column of a known type.</summary>
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

    /// <summary>Adds an element for a null value.</summary>
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
