using Microsoft.ML;
using Microsoft.ML.Data;

namespace PeftSharp.DataView;

/// <summary>Reads the rows of a dataset one after another, for ML.NET.</summary>
internal sealed class DatasetCursor : DataViewRowCursor
{
    private readonly ViewColumn[] _columns;
    private readonly HashSet<int> _active;
    private readonly int _rows;
    private int _row = -1;

    internal DatasetCursor(DataViewSchema schema, ViewColumn[] columns, int rows, IEnumerable<DataViewSchema.Column> needed) =>
        (Schema, _columns, _rows, _active) = (schema, columns, rows, [.. needed.Select(column => column.Index)]);

    public override long Position => _row;

    public override long Batch => 0;

    public override DataViewSchema Schema { get; }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override bool MoveNext()
    {
        if (_row + 1 >= _rows)
        {
            _row = -1;                                               // the interface requires -1 after the last row
            return false;
        }
        _row++;
        return true;
    }

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        if (!IsColumnActive(column))
            throw new InvalidOperationException($"The column '{column.Name}' was not requested from the cursor.");
        return _columns[column.Index].Getter(() => _row) as ValueGetter<TValue> ?? throw new InvalidOperationException(
            $"The column '{column.Name}' has values of type {column.Type.RawType}, but type {typeof(TValue)} was requested.");
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() =>
        (ref DataViewRowId value) => value = new DataViewRowId((ulong)_row, 0);
}
