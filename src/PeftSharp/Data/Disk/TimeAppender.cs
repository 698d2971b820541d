using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>
/// Collects dates and times, times of day, or durations. They are stored in microseconds, as in Python, or in nanoseconds if a value has a
/// fraction of a microsecond (a tick of .NET is 100 ns).
/// </summary>
/// <param name="ticks">Returns the ticks of a value since the origin of the Arrow type.</param>
/// <param name="typeOf">Returns the type for a unit.</param>
/// <param name="include">Called with the type of another file.</param>
internal sealed class TimeAppender<T>(
    Func<T, long> ticks, Func<TimeUnit, IArrowType> typeOf, Action<IArrowType>? include = null) : ArrowAppender where T : struct
{
    private readonly List<long> _ticks = [];
    private readonly ArrayBufferWriter<byte> _values = new();
    private TimeUnit _unit = TimeUnit.Microsecond;

    internal override IArrowType Type => typeOf(_unit);

    internal override long Bytes => _ticks.Count * 8L;

    internal override void Include(IArrowType type)
    {
        var unit = type switch
        {
            TimestampType timestamp => timestamp.Unit,
            Time64Type time => time.Unit,
            DurationType duration => duration.Unit,
            _ => _unit,
        };
        if (unit == TimeUnit.Nanosecond)
            _unit = unit;
        include?.Invoke(type);
    }

    internal override void Clear()
    {
        base.Clear();
        _ticks.Clear();
    }

    private protected override void AppendValues(ColumnData data, int start, int count)
    {
        var values = data as PrimitiveData<T> ?? throw Unexpected(data, Type);
        for (var i = start; i < start + count; i++)
        {
            var value = values.IsNull(i) ? 0 : ticks(values[i]);
            if (value % TimeSpan.TicksPerMicrosecond != 0)
                _unit = TimeUnit.Nanosecond;
            _ticks.Add(value);
        }
    }

    private protected override void AppendPlaceholders(int count)
    {
        for (var i = 0; i < count; i++)
            _ticks.Add(0);
    }

    private protected override ArrayData Build(IArrowType type, int count, int nulls, ArrowBuffer validity)
    {
        _values.ResetWrittenCount();
        foreach (var value in _ticks)
        {
            var units = _unit == TimeUnit.Microsecond ? value / TimeSpan.TicksPerMicrosecond : Nanoseconds(value);
            MemoryMarshal.Write(_values.GetSpan(8), in units);
            _values.Advance(8);
        }
        return new ArrayData(type, count, nulls, 0, [validity, new ArrowBuffer(_values.WrittenMemory)]);
    }

    private static long Nanoseconds(long value) => value is <= long.MaxValue / 100 and >= long.MinValue / 100
        ? value * 100
        : throw new DatasetException("The column contains values with fractions of a microsecond, so its values must be stored in "
            + $"nanoseconds. The value {new TimeSpan(value)} exceeds the range of nanoseconds, about 292 years. For a column of dates, the "
            + "value is the time since 1970, and dates must be from 1677 to 2262. Round the values to microseconds with Map.");
}
