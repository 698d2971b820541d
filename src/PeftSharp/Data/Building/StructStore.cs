namespace PeftSharp.Data;

/// <summary>Growing records: add one value to each <see cref="Field"/> at hand, then <see cref="EndRecord"/> fills the absent ones with null.</summary>
internal sealed class StructStore(bool promotesNumbers) : ColumnStore
{
    private readonly OrderedDictionary<string, ColumnBuilder> _fields = new(StringComparer.Ordinal);
    private int _count;

    internal override int Count => _count;

    internal override Feature Feature =>
        new Struct(new OrderedDictionary<string, Feature>(_fields.Select(part => KeyValuePair.Create(part.Key, part.Value.Feature))));

    internal IReadOnlyDictionary<string, ColumnBuilder> Fields => _fields;

    /// <summary>The builder of a field, to which this record has not yet added.</summary>
    /// <exception cref="DatasetException">The record names the field twice.</exception>
    internal ColumnBuilder Field(string name)
    {
        if (!_fields.TryGetValue(name, out var field))
        {
            _fields.Add(name, field = new(promotesNumbers));
            field.AddNulls(_count);
        }
        return field.Count == _count ? field : throw new DatasetException($"The field '{name}' occurs twice in one record.");
    }

    internal void EndRecord()
    {
        _count++;
        foreach (var field in _fields.Values)
            field.AddNulls(_count - field.Count);
    }

    internal override ColumnData Build() => new StructData(BuildFields(), _count, Nulls());

    internal OrderedDictionary<string, ColumnData> BuildFields() =>
        new(_fields.Select(field => KeyValuePair.Create(field.Key, field.Value.Build())), StringComparer.Ordinal);

    private protected override void AddPlaceholder() => EndRecord();
}
