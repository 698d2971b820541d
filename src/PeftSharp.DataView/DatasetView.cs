using Microsoft.ML;
using PeftSharp.Data;

namespace PeftSharp.DataView;

/// <summary>A dataset as an <see cref="IDataView"/> of ML.NET.</summary>
internal sealed class DatasetView : IDataView
{
    private readonly ViewColumn[] _columns;
    private readonly int _rows;

    /// <exception cref="DatasetException">The type of a column has no equivalent in ML.NET.</exception>
    internal DatasetView(Dataset dataset)
    {
        _rows = dataset.Count;
        _columns = [.. dataset.ColumnNames.Select(name => ViewColumn.Create(dataset[name]))];
        var schema = new DataViewSchema.Builder();
        foreach (var column in _columns)
            schema.AddColumn(column.Name, column.Type, column.Annotations);
        Schema = schema.ToSchema();
    }

    public bool CanShuffle => false;

    public DataViewSchema Schema { get; }

    public long? GetRowCount() => _rows;

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) =>
        new DatasetCursor(Schema, _columns, _rows, columnsNeeded);

    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];
}
