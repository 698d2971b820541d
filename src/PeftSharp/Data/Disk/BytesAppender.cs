using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Collects values of different numbers of bytes: offsets and the bytes of all values.</summary>
internal abstract class BytesAppender : ArrowAppender
{
    private readonly OffsetBuffer _offsets = new();
    private readonly ArrayBufferWriter<byte> _bytes = new();

    internal override long Bytes => _bytes.WrittenCount + _offsets.Bytes;

    internal override void Clear()
    {
        base.Clear();
        _offsets.Clear();
        _bytes.ResetWrittenCount();
    }

    /// <summary>Appends a value, and returns the memory for its bytes.</summary>
    private protected Span<byte> Append(int bytes)
    {
        _offsets.Append(bytes);
        var span = _bytes.GetSpan(Math.Max(bytes, 1))[..bytes];
        _bytes.Advance(bytes);
        return span;
    }

    private protected override void AppendPlaceholders(int count)
    {
        for (var i = 0; i < count; i++)
            _offsets.Append(0);
    }

    private protected override ArrayData Build(IArrowType type, int count, int nulls, ArrowBuffer validity) =>
        new(type, count, nulls, 0, [validity, _offsets.Buffer(), new ArrowBuffer(_bytes.WrittenMemory)]);
}
