namespace PeftSharp.Data;

/// <summary>Collects objects as rows whose columns are the public properties of their type.</summary>
internal sealed class ObjectRows
{
    private readonly Type? _type;

    /// <exception cref="DatasetException">The type has no public properties, or is not a type of rows.</exception>
    internal ObjectRows(Type type)
    {
        _type = type == typeof(object) ? null : type;
        if (_type is not null)
            _ = RecordTypes.ColumnsOf(_type);
    }

    internal StructStore Store { get; } = new(promotesNumbers: false);

    /// <exception cref="DatasetException">The row is null, or a value cannot be stored.</exception>
    internal void Add(object? row)
    {
        if (row is null)
            throw new DatasetException($"Row {Store.Count} is null; give every row a value.");
        ColumnFactory.AddRecord(Store, RecordTypes.Values(row, RecordTypes.ColumnsOf(_type ?? row.GetType())));
    }
}
