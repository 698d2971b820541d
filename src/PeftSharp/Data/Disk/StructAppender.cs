using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Collects structs. Fields that a struct does not have are null.</summary>
internal sealed class StructAppender(IReadOnlyDictionary<string, ArrowAppender> fields) : ArrowAppender
{
    internal override IArrowType Type =>
        new StructType([.. fields.Select(named => new Field(named.Key, named.Value.Type, nullable: true))]);

    internal override long Bytes => fields.Values.Sum(values => values.Bytes);

    internal override void Include(IArrowType type)
    {
        foreach (var field in (type as StructType)?.Fields ?? [])
            if (fields.TryGetValue(field.Name, out var known))
                known.Include(field.DataType);
    }

    internal override void Clear()
    {
        base.Clear();
        foreach (var field in fields.Values)
            field.Clear();
    }

    private protected override void AppendValues(ColumnData data, int start, int count)
    {
        var structs = data as StructData ?? throw Unexpected(data, Type);
        foreach (var (name, field) in fields)
            if (structs.Fields.TryGetValue(name, out var values))
                field.Append(values, start, count);
            else
                field.AppendNulls(count);
    }

    private protected override void AppendPlaceholders(int count)
    {
        foreach (var field in fields.Values)
            field.AppendNulls(count);
    }

    private protected override ArrayData Build(IArrowType type, int count, int nulls, ArrowBuffer validity) =>
        new(type, count, nulls, 0, [validity], [.. fields.Values.Select(field => field.Build())]);
}
