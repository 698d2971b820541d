using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>
/// Converts dates, times and durations of Arrow, in units since an epoch, to dates, times and durations of .NET, in ticks of 100 ns.
/// </summary>
/// <remarks>
/// A timestamp with a time zone is converted to a UTC <see cref="DateTime"/>, and a timestamp without a time zone to a
/// <see cref="DateTime"/> of the kind <see cref="DateTimeKind.Unspecified"/>.
/// </remarks>
internal static class ArrowTimes
{
    /// <exception cref="UnreadableValueException">A value is out of the range of the .NET type, or not a multiple of a tick.</exception>
    internal static ColumnData Convert(IArrowArray array) => array switch
    {
        Date32Array dates => ArrowValues.Each(dates, i => Date(dates.Values[i], TimeSpan.TicksPerDay, i)),
        Date64Array dates => ArrowValues.Each(dates, i => Date(dates.Values[i], TimeSpan.TicksPerMillisecond, i)),
        TimestampArray times => Each(times, i => times.Values[i], Timestamps((TimestampType)times.Data.DataType)),
        DurationArray spans => Each(spans, i => spans.Values[i], Durations(((DurationType)spans.Data.DataType).Unit)),
        Time32Array times => Each(times, i => times.Values[i], TimesOfDay(((Time32Type)times.Data.DataType).Unit)),
        Time64Array times => Each(times, i => times.Values[i], TimesOfDay(((Time64Type)times.Data.DataType).Unit)),
        _ => throw new ArgumentException($"The type {array.Data.DataType.Name} is not a date or time type.", nameof(array)),
    };

    /// <summary>Converts a date.</summary>
    internal static DateTime Date(long value, long ticksPerUnit, int index) => Time(value, ticksPerUnit, DateTimeKind.Unspecified, index);

    /// <summary>Returns a function that converts a timestamp; its second argument is the index of the value, for the error.</summary>
    internal static Func<long, int, DateTime> Timestamps(TimestampType type)
    {
        var kind = string.IsNullOrEmpty(type.Timezone) ? DateTimeKind.Unspecified : DateTimeKind.Utc;
        var ticks = TicksPer(type.Unit);
        return (value, index) => Time(value, ticks, kind, index);
    }

    /// <summary>Returns a function that converts a duration; its second argument is the index of the value, for the error.</summary>
    internal static Func<long, int, TimeSpan> Durations(TimeUnit unit) => (value, index) =>
    {
        var ticks = Ticks(value, TicksPer(unit), index);
        return ticks >= long.MinValue && ticks <= long.MaxValue
            ? new TimeSpan((long)ticks)
            : throw Unreadable(index, value, unit, "is out of the range of TimeSpan");
    };

    /// <summary>Returns a function that converts a time of day; its second argument is the index of the value, for the error.</summary>
    internal static Func<long, int, TimeOnly> TimesOfDay(TimeUnit unit) => (value, index) =>
    {
        var ticks = Ticks(value, TicksPer(unit), index);
        return ticks >= 0 && ticks < TimeSpan.TicksPerDay
            ? new TimeOnly((long)ticks)
            : throw Unreadable(index, value, unit, "is not a time of day (00:00:00 to 23:59:59.9999999)");
    };

    private static PrimitiveData<T> Each<T>(IArrowArray array, Func<int, long> value, Func<long, int, T> convert) where T : struct =>
        ArrowValues.Each(array, i => convert(value(i), i));

    private static DateTime Time(long value, long ticksPerUnit, DateTimeKind kind, int index)
    {
        var ticks = Ticks(value, ticksPerUnit, index) + DateTime.UnixEpoch.Ticks;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            ? new DateTime((long)ticks, kind)
            : throw new UnreadableValueException(index, string.Create(CultureInfo.InvariantCulture,
                $"The date or timestamp {value} (since 1970-01-01, in the unit of the column) is out of the range of DateTime "
                + $"(years 1 to 9999)."));
    }

    /// <summary>Converts units to ticks.</summary>
    /// <param name="value">The number of units.</param>
    /// <param name="ticksPerUnit">The number of ticks per unit; 0 for nanoseconds, because a tick is 100 ns.</param>
    /// <param name="index">The index of the value, for the error.</param>
    private static Int128 Ticks(long value, long ticksPerUnit, int index)
    {
        if (ticksPerUnit > 0)
            return (Int128)value * ticksPerUnit;
        var (ticks, rest) = long.DivRem(value, 100);
        return rest == 0 ? ticks : throw Unreadable(index, value, TimeUnit.Nanosecond, "is not a multiple of 100 ns, the tick of .NET");
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
