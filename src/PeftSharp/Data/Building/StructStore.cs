namespace PeftSharp.Data;

/// <summary>
/// Builds a column of structs: add a value to each <see cref="Field"/>, then call <see cref="EndRecord"/>, which sets missing fields to
/// null.
/// </summary>
internal sealed class StructStore(bool promotesNumbers) : ColumnStore
{
    private readonly OrderedDictionary<string, ColumnBuilder> _fields = new(StringComparer.Ordinal);
    private int _count;

    internal override int Count => _count;

    internal override Feature Feature =>
        new Struct(new OrderedDictionary<string, Feature>(_fields.Select(part => KeyValuePair.Create(part.Key, part.Value.Feature))));

    /// <summary>Returns the builder of a field, for the value of the current struct.</summary>
    /// <exception cref="DatasetException">The current struct already has a value of this field.</exception>
    internal ColumnBuilder Field(string name)
    {
        if (!_fields.TryGetValue(name, out var field))
        {
            _fields.Add(name, field = new(promotesNumbers));
            field.AddNulls(_count);
        }
        return field.Count == _count ? field : throw new DatasetException($"The field '{name}' occurs twice in one object.");
    }

    internal void EndRecord()
    {
        _count++;
        foreach (var field in _fields.Values)
            field.AddNulls(_count - field.Count);
    }

    internal override ColumnData Build() => new StructData(BuildFields(), _count, NullMask.Of(Nulls()));

    internal OrderedDictionary<string, ColumnData> BuildFields() =>
        new(_fields.Select(field => KeyValuePair.Create(field.Key, field.Value.Build())), StringComparer.Ordinal);

    private protected override void AddPlaceholder() => EndRecord();
}
