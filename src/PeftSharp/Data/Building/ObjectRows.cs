namespace PeftSharp.Data;

/// <summary>Collects objects as rows. The columns are the public properties of their type.</summary>
internal sealed class ObjectRows
{
    private readonly Type? _type;

    /// <exception cref="DatasetException">The type has no public properties, or is the type of a single value.</exception>
    internal ObjectRows(Type type)
    {
        _type = type == typeof(object) ? null : type;
        if (_type is not null)
            _ = RecordTypes.ColumnsOf(_type);
    }

    internal StructStore Store { get; } = new(promotesNumbers: false);

    /// <exception cref="DatasetException">The row is null, or the type of a value is not supported.</exception>
    internal void Add(object? row)
    {
        if (row is null)
            throw new DatasetException($"Row {Store.Count} is null. Rows must not be null.");
        ColumnFactory.AddRecord(Store, RecordTypes.Values(row, RecordTypes.ColumnsOf(_type ?? row.GetType())));
    }
}
