namespace PeftSharp.Data;

/// <summary>Which stored rows a data set shows, in which order: a range, or an array of row numbers.</summary>
internal sealed class RowIndex
{
    private readonly ReadOnlyMemory<int>? _rows;
    private readonly int _start;

    private RowIndex(int start, int count, ReadOnlyMemory<int>? rows) => (_start, Count, _rows) = (start, count, rows);

    internal int Count { get; }

    internal bool IsRange => _rows is null;

    internal int this[int row] => _rows is { } rows ? rows.Span[row] : _start + row;

    internal static RowIndex All(int count) => new(0, count, rows: null);

    /// <summary>Rows [start, start + count) of these: no copy.</summary>
    internal RowIndex Slice(int start, int count) => new(IsRange ? _start + start : 0, count, _rows?.Slice(start, count));

    /// <summary>These rows of these, in this order; the caller has checked that they exist.</summary>
    internal RowIndex Pick(int[] rows)
    {
        if (!IsRange || _start != 0)
            rows = Array.ConvertAll(rows, row => this[row]);
        return new(0, rows.Length, rows);
    }
}
