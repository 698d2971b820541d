namespace PeftSharp.Data;

/// <summary>The stored rows that a dataset contains, in order: a range, or an array of row indices.</summary>
internal sealed class RowIndex
{
    private readonly ReadOnlyMemory<int>? _rows;
    private readonly int _start;

    private RowIndex(int start, int count, ReadOnlyMemory<int>? rows) => (_start, Count, _rows) = (start, count, rows);

    internal int Count { get; }

    internal bool IsRange => _rows is null;

    internal int this[int row] => _rows is { } rows ? rows.Span[row] : _start + row;

    internal static RowIndex All(int count) => new(0, count, rows: null);

    /// <summary>Returns the rows [start, start + count), without copying.</summary>
    internal RowIndex Slice(int start, int count) => new(IsRange ? _start + start : 0, count, _rows?.Slice(start, count));

    /// <summary>Returns rows by index, in this order. The caller checks the indices.</summary>
    internal RowIndex Pick(int[] rows)
    {
        if (!IsRange || _start != 0)
            rows = Array.ConvertAll(rows, row => this[row]);
        return new(0, rows.Length, rows);
    }
}
