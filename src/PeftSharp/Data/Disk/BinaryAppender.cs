using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Collects byte arrays.</summary>
internal sealed class BinaryAppender : ArrowAppender
{
    private readonly OffsetBuffer _offsets = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();

    internal override IArrowType Type => BinaryType.Default;

    internal override long Bytes => _bytes.WrittenCount + _offsets.Bytes;

    internal override void Clear()
    {
        base.Clear();
        _offsets.Clear();
        _bytes.ResetWrittenCount();
    }

    private protected override void AppendValues(ColumnData data, int start, int count)
    {
        var values = data as ReferenceData<byte[]> ?? throw Unexpected(data, Type);
        for (var i = start; i < start + count; i++)
        {
            var value = values[i] ?? [];
            _offsets.Append(value.Length);
            _bytes.Write(value);
        }
    }

    private protected override void AppendPlaceholders(int count)
    {
        for (var i = 0; i < count; i++)
            _offsets.Append(0);
    }

    private protected override ArrayData Build(IArrowType type, int count, int nulls, ArrowBuffer validity) =>
        new(type, count, nulls, 0, [validity, _offsets.Buffer(), new ArrowBuffer(_bytes.WrittenMemory)]);
}
