using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Collects byte arrays.</summary>
internal sealed class BinaryAppender : BytesAppender
{
    internal override IArrowType Type => BinaryType.Default;

    private protected override void AppendValues(ColumnData data, int start, int count)
    {
        var values = data as ReferenceData<byte[]> ?? throw Unexpected(data, Type);
        for (var i = start; i < start + count; i++)
        {
            var value = values[i] ?? [];
            value.CopyTo(Append(value.Length));
        }
    }
}
