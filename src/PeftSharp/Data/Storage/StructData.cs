namespace PeftSharp.Data;

/// <summary>Structs, stored as one column per field.</summary>
/// <param name="fields">The fields by name. Each field has one value per struct.</param>
/// <param name="count">The number of structs.</param>
/// <param name="nulls">Which structs are null. Null: no struct is null.</param>
internal sealed class StructData(OrderedDictionary<string, ColumnData> fields, int count, NullMask? nulls) : ColumnData
{
    internal override int Count => count;

    internal override Feature Feature { get; } =
        new Struct(new OrderedDictionary<string, Feature>(fields.Select(field => KeyValuePair.Create(field.Key, field.Value.Feature))));

    internal IReadOnlyDictionary<string, ColumnData> Fields => fields;

    internal override (MappedDataFile File, long Position)? Location =>
        fields.Values.Select(values => values.Location).FirstOrDefault(place => place is not null);

    internal override IEnumerable<MappedDataFile> Files => fields.Values.SelectMany(values => values.Files);

    internal override bool HasNulls => nulls is not null;

    internal override bool IsNull(int index) => nulls is not null && nulls[index];

    internal override ColumnData Conform(Feature feature)
    {
        if (feature is not Struct record || Feature == feature && fields.Keys.SequenceEqual(record.Fields.Keys))
            return this;
        var conformed = new OrderedDictionary<string, ColumnData>(StringComparer.Ordinal);
        foreach (var (name, type) in record.Fields)
            conformed.Add(name, fields.TryGetValue(name, out var field) ? field.Conform(type) : new NullData(count));
        return new StructData(conformed, count, nulls);
    }

    internal override object? Get(int index) => IsNull(index)
        ? null
        : new OrderedDictionary<string, object?>(fields.Select(field => KeyValuePair.Create(field.Key, field.Value.Get(index))));
}
