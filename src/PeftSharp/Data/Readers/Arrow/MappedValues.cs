using System.Runtime.InteropServices;
using Apache.Arrow.Types;

namespace PeftSharp.Data;

/// <summary>
/// Creates columns of numbers, dates and times in a mapped file. <see cref="ArrowFeatures"/> determines the column types.
/// </summary>
internal static class MappedValues
{
    /// <exception cref="DatasetException">The type is not supported.</exception>
    internal static ColumnData Create(FixedWidthType type, MappedBuffer values, int count, NullMask? nulls, MappedPlace place)
    {
        return type switch
        {
            Int64Type => new MappedPrimitiveData<long>(values, count, nulls),
            Int32Type => new MappedPrimitiveData<int>(values, count, nulls),
            DoubleType => new MappedPrimitiveData<double>(values, count, nulls),
            FloatType => new MappedPrimitiveData<float>(values, count, nulls),
            HalfFloatType => Converted<Half, float>((value, _) => (float)value),
            Int16Type => Converted<short, int>((value, _) => value),
            Int8Type => Converted<sbyte, int>((value, _) => value),
            UInt16Type => Converted<ushort, int>((value, _) => value),
            UInt8Type => Converted<byte, int>((value, _) => value),
            UInt32Type => Converted<uint, long>((value, _) => value),
            UInt64Type => Converted<ulong, long>(ArrowValues.Int64),
            Date32Type => Converted<int, DateTime>((value, index) => ArrowTimes.Date(value, TimeSpan.TicksPerDay, index)),
            Date64Type => Converted<long, DateTime>((value, index) => ArrowTimes.Date(value, TimeSpan.TicksPerMillisecond, index)),
            TimestampType timestamp => Converted(ArrowTimes.Timestamps(timestamp)),
            DurationType duration => Converted(ArrowTimes.Durations(duration.Unit)),
            Time64Type time => Converted(ArrowTimes.TimesOfDay(time.Unit)),
            Time32Type time when ArrowTimes.TimesOfDay(time.Unit) is var read =>
                Converted<int, TimeOnly>((value, index) => read(value, index)),
            Decimal128Type number => Converted<Int128, decimal>((value, index) => Decimal(value, number.Scale, index)),
            Decimal256Type number => Converted<Bytes32, decimal>((value, index) => Decimal(value, number.Scale, index)),
            _ => throw place.Error($"The type {type.Name} is not supported."),
        };

        ConvertedData<TStored, T> Converted<TStored, T>(Func<TStored, int, T> convert) where TStored : unmanaged where T : struct =>
            new(values, count, nulls, place, convert);
    }

    private static decimal Decimal<TStored>(TStored value, int scale, int index) where TStored : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<TStored>(in value));
        return ArrowDecimals.Read(bytes, position: 0, bytes.Length, scale, index);
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Bytes32(Int128 Low, Int128 High);
}
