using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Counts the values of a column whose values are all null.</summary>
internal sealed class NullAppender : ArrowAppender
{
    internal override IArrowType Type => NullType.Default;

    internal override long Bytes => 0;

    private protected override void AppendValues(ColumnData data, int start, int count)
    {
        for (var i = 0; i < count; i++)
            if (!data.IsNull(start + i))
                throw Unexpected(data, Type);
    }

    private protected override void AppendPlaceholders(int count) { }

    private protected override ArrayData Build(IArrowType type, int count, int nulls, ArrowBuffer validity) =>
        new(type, count, count, 0, []);
}
