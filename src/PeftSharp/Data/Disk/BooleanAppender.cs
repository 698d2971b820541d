using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Collects booleans, which Arrow stores as bits.</summary>
internal sealed class BooleanAppender : ArrowAppender
{
    private readonly List<bool> _values = [];
    private byte[] _bits = [];

    internal override IArrowType Type => BooleanType.Default;

    internal override long Bytes => _values.Count / 8;

    internal override void Clear()
    {
        base.Clear();
        _values.Clear();
    }

    private protected override void AppendValues(ColumnData data, int start, int count)
    {
        var booleans = data as PrimitiveData<bool> ?? throw Unexpected(data, Type);
        for (var i = 0; i < count; i++)
            _values.Add(booleans[start + i]);
    }

    private protected override void AppendPlaceholders(int count)
    {
        for (var i = 0; i < count; i++)
            _values.Add(false);
    }

    private protected override ArrayData Build(IArrowType type, int count, int nulls, ArrowBuffer validity)
    {
        var length = (count + 7) / 8;
        if (_bits.Length < length)
            _bits = new byte[length];
        System.Array.Clear(_bits);
        for (var i = 0; i < count; i++)
            if (_values[i])
                _bits[i >> 3] |= (byte)(1 << (i & 7));
        return new ArrayData(type, count, nulls, 0, [validity, new ArrowBuffer(_bits.AsMemory(0, length))]);
    }
}
