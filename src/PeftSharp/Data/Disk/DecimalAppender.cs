using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>
/// Collects decimals. All values of an Arrow column are stored with the same number of decimal places: the number of decimal places of the
/// value with the most.
/// </summary>
internal sealed class DecimalAppender : ArrowAppender
{
    private const int MaxDigits128 = 38;
    private const int MaxDigits256 = 76;
    private readonly List<decimal> _values = [];
    private int _scale;
    private int _integerDigits;

    internal override IArrowType Type => _integerDigits + _scale <= MaxDigits128
        ? new Decimal128Type(MaxDigits128, _scale)
        : new Decimal256Type(MaxDigits256, _scale);

    internal override long Bytes => _values.Count * 16L;

    internal override void Include(IArrowType type)
    {
        _scale = Math.Max(_scale, type is Decimal128Type narrow ? narrow.Scale : type is Decimal256Type wide ? wide.Scale : 0);
        if (type is Decimal256Type)
            _integerDigits = MaxDigits128;
    }

    internal override void Clear()
    {
        base.Clear();
        _values.Clear();
    }

    private protected override void AppendValues(ColumnData data, int start, int count)
    {
        var values = data as PrimitiveData<decimal> ?? throw Unexpected(data, Type);
        for (var i = start; i < start + count; i++)
        {
            var value = values.IsNull(i) ? 0 : values[i];
            _scale = Math.Max(_scale, value.Scale);
            for (var rest = decimal.Truncate(Math.Abs(value)) / Power(_integerDigits); rest >= 1; rest /= 10)
                _integerDigits++;
            _values.Add(value);
        }
    }

    private protected override void AppendPlaceholders(int count)
    {
        for (var i = 0; i < count; i++)
            _values.Add(0);
    }

    private protected override ArrayData Build(IArrowType type, int count, int nulls, ArrowBuffer validity)
    {
        var width = type is Decimal128Type ? 16 : 32;
        var bytes = new byte[count * width];
        for (var i = 0; i < count; i++)
        {
            var value = Unscaled(_values[i]);
            var target = bytes.AsSpan(i * width, width);
            target.Fill(value.Sign < 0 ? (byte)0xFF : (byte)0);
            value.TryWriteBytes(target, out _);
        }
        return new ArrayData(type, count, nulls, 0, [validity, new ArrowBuffer(bytes)]);
    }

    /// <summary>The value times 10 to the power of the scale of the column.</summary>
    private BigInteger Unscaled(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var digits = ((BigInteger)(uint)parts[2] << 64) + ((BigInteger)(uint)parts[1] << 32) + (uint)parts[0];
        return (decimal.IsNegative(value) ? -digits : digits) * BigInteger.Pow(10, _scale - value.Scale);
    }

    private static decimal Power(int exponent) => exponent > 28 ? decimal.MaxValue : (decimal)BigInteger.Pow(10, exponent);
}
