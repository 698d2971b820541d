using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Collects numbers.</summary>
internal sealed class PrimitiveAppender<T>(IArrowType type) : ArrowAppender where T : unmanaged, System.Numerics.INumber<T>
{
    private readonly ArrayBufferWriter<byte> _values = new();

    internal override IArrowType Type => type;

    internal override long Bytes => _values.WrittenCount;

    internal override void Clear()
    {
        base.Clear();
        _values.ResetWrittenCount();
    }

    private protected override void AppendValues(ColumnData data, int start, int count)
    {
        var target = Reserve(count);
        if (data is PrimitiveData<T> same)
            same.CopyTo(start, target);
        else if (data is PrimitiveData<int> integers && typeof(T) == typeof(long))       // class ids that are stored as int32
            for (var i = 0; i < count; i++)
                target[i] = T.CreateChecked(integers[start + i]);
        else
            throw Unexpected(data, type);
    }

    private protected override void AppendPlaceholders(int count) => Reserve(count).Clear();

    private protected override ArrayData Build(IArrowType built, int count, int nulls, ArrowBuffer validity) =>
        new(built, count, nulls, 0, [validity, new ArrowBuffer(_values.WrittenMemory)]);

    private unsafe Span<T> Reserve(int count)
    {
        var bytes = checked(count * sizeof(T));
        var span = MemoryMarshal.Cast<byte, T>(_values.GetSpan(Math.Max(bytes, 1))[..bytes]);
        _values.Advance(bytes);
        return span;
    }
}
