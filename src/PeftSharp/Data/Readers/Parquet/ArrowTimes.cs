using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>Converts Arrow's dates, times and durations, which count units since an epoch, to .NET's, which count ticks of 100 ns.</summary>
/// <remarks>An instant (a time with a zone) is a UTC <see cref="DateTime"/>; a time without a zone has <see cref="DateTimeKind.Unspecified"/>: its wall clock is the same on every machine.</remarks>
internal static class ArrowTimes
{
    /// <exception cref="UnreadableValueException">A value is out of .NET's range or finer than a tick.</exception>
    internal static ColumnData Convert(IArrowArray array) => array switch
    {
        Date32Array dates => ArrowValues.Each(dates, i => Time(dates.Values[i], TimeSpan.TicksPerDay, DateTimeKind.Unspecified, i)),
        Date64Array dates => ArrowValues.Each(dates, i => Time(dates.Values[i], TimeSpan.TicksPerMillisecond, DateTimeKind.Unspecified, i)),
        TimestampArray times => Timestamps(times, (TimestampType)times.Data.DataType),
        DurationArray spans => Durations(spans, ((DurationType)spans.Data.DataType).Unit),
        Time32Array times => TimesOfDay(times, i => times.Values[i], ((Time32Type)times.Data.DataType).Unit),
        Time64Array times => TimesOfDay(times, i => times.Values[i], ((Time64Type)times.Data.DataType).Unit),
        _ => throw new ArgumentException($"{array.Data.DataType.Name} is no type of time.", nameof(array)),
    };

    private static PrimitiveData<DateTime> Timestamps(TimestampArray times, TimestampType type)
    {
        var kind = string.IsNullOrEmpty(type.Timezone) ? DateTimeKind.Unspecified : DateTimeKind.Utc;
        return ArrowValues.Each(times, i => Time(times.Values[i], TicksPer(type.Unit), kind, i));
    }

    private static PrimitiveData<TimeSpan> Durations(DurationArray spans, TimeUnit unit) => ArrowValues.Each(spans, i =>
    {
        var ticks = Ticks(spans.Values[i], TicksPer(unit), i);
        return ticks >= long.MinValue && ticks <= long.MaxValue ? new TimeSpan((long)ticks) : throw Unreadable(i, spans.Values[i], unit, "is out of the range of TimeSpan");
    });

    private static PrimitiveData<TimeOnly> TimesOfDay(IArrowArray array, Func<int, long> value, TimeUnit unit) => ArrowValues.Each(array, i =>
    {
        var ticks = Ticks(value(i), TicksPer(unit), i);
        return ticks >= 0 && ticks < TimeSpan.TicksPerDay ? new TimeOnly((long)ticks) : throw Unreadable(i, value(i), unit, "is no time of a day (0:00 to before 24:00)");
    });

    private static DateTime Time(long value, long ticksPerUnit, DateTimeKind kind, int index)
    {
        var ticks = Ticks(value, ticksPerUnit, index) + DateTime.UnixEpoch.Ticks;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            ? new DateTime((long)ticks, kind)
            : throw new UnreadableValueException(index, string.Create(CultureInfo.InvariantCulture, $"The time {value} (counted from 1970-01-01) is outside the years 1 to 9999 of DateTime."));
    }

    /// <param name="value">A count of units.</param>
    /// <param name="ticksPerUnit">0: the unit is the nanosecond, a hundredth of a tick.</param>
    /// <param name="index">The value's index, for the error.</param>
    private static Int128 Ticks(long value, long ticksPerUnit, int index)
    {
        if (ticksPerUnit > 0)
            return (Int128)value * ticksPerUnit;
        var (ticks, rest) = long.DivRem(value, 100);
        return rest == 0 ? ticks : throw Unreadable(index, value, TimeUnit.Nanosecond, "is finer than .NET's tick of 100 ns");
    }

    private static UnreadableValueException Unreadable(int index, long value, TimeUnit unit, string why) =>
        new(index, string.Create(CultureInfo.InvariantCulture, $"The value {value} (unit: {unit}) {why}."));

    private static long TicksPer(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => TimeSpan.TicksPerSecond,
        TimeUnit.Millisecond => TimeSpan.TicksPerMillisecond,
        TimeUnit.Microsecond => TimeSpan.TicksPerMicrosecond,
        _ => 0,
    };
}
