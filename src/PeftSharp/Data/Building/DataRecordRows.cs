using System.Data;

namespace PeftSharp.Data;

/// <summary>Collects the rows of a data reader, column by column.</summary>
internal sealed class DataRecordRows
{
    private readonly IDataRecord _record;
    private readonly string[] _names;
    private readonly ColumnBuilder[] _columns;
    private int _count;

    /// <exception cref="DatasetException">There are no columns, a column has no name, or two columns have the same name.</exception>
    internal DataRecordRows(IDataRecord record)
    {
        _record = record;
        _names = [.. Enumerable.Range(0, record.FieldCount).Select(record.GetName)];
        if (_names.Length == 0)
            throw new DatasetException("There are no columns. Pass the reader of a query (SELECT), or a table with columns.");
        if (Array.FindIndex(_names, string.IsNullOrEmpty) is >= 0 and var nameless)
            throw new DatasetException($"The column with index {nameless} has no name. Set a name in the query: SELECT … AS name.");
        if (_names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } duplicate)
            throw new DatasetException(
                $"The reader has {duplicate.Count()} columns named '{duplicate.Key}'. Rename them in the query: SELECT … AS name.");
        _columns = Array.ConvertAll(_names, _ => new ColumnBuilder(promotesNumbers: true));
    }

    /// <summary>Adds the current row of the reader.</summary>
    /// <exception cref="DatasetException">A value has another type than the previous values, or a type that is not supported.</exception>
    internal void Add()
    {
        for (var i = 0; i < _columns.Length; i++)
            ColumnFactory.Add(_columns[i], _names[i], _record.GetValue(i) is var value && value is DBNull ? null : value, _count);
        _count++;
    }

    internal Dataset ToDataset() => Dataset.FromColumns(_names.Zip(_columns, (name, column) => new Column(name, column.Build())));
}
