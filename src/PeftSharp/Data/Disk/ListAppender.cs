using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Collects lists.</summary>
internal sealed class ListAppender(ArrowAppender items) : ArrowAppender
{
    private readonly OffsetBuffer _offsets = new();

    internal override IArrowType Type => new ListType(new Field("item", items.Type, nullable: true));      // pyarrow's name

    internal override long Bytes => items.Bytes + _offsets.Bytes;

    internal override void Include(IArrowType type)
    {
        if (type is ListType list)
            items.Include(list.ValueDataType);
    }

    internal override void Clear()
    {
        base.Clear();
        _offsets.Clear();
        items.Clear();
    }

    private protected override void AppendValues(ColumnData data, int start, int count)
    {
        var lists = data as ListData ?? throw Unexpected(data, Type);
        var (first, end) = (0, 0);                                    // the range of items that are not appended yet
        for (var i = start; i < start + count; i++)
        {
            var (from, length) = lists.IsNull(i) ? (end, 0) : lists.Range(i);
            _offsets.Append(length);
            if (length > 0 && from != end)
            {
                items.Append(lists.AllItems, first, end - first);
                (first, end) = (from, from);
            }
            end += length;
        }
        items.Append(lists.AllItems, first, end - first);
    }

    private protected override void AppendPlaceholders(int count)
    {
        for (var i = 0; i < count; i++)
            _offsets.Append(0);
    }

    private protected override ArrayData Build(IArrowType type, int count, int nulls, ArrowBuffer validity) =>
        new(type, count, nulls, 0, [validity, _offsets.Buffer()], [items.Build()]);
}
