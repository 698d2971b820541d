using System.Globalization;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using ParquetSharp;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Converts Arrow arrays of primitive values. Values are converted exactly, or an exception is thrown.</summary>
internal static class ArrowValues
{
    /// <exception cref="UnreadableValueException">A value cannot be represented exactly.</exception>
    /// <exception cref="DatasetException">The type is not supported.</exception>
    internal static ColumnData Convert(IArrowArray array, LogicalTypeEnum type) => array switch
    {
        NullArray => new NullData(array.Length),
        BooleanArray values => Each(values, i => values.GetValue(i)!.Value),
        Int64Array values => new PrimitiveArrayData<long>(values.Values.ToArray(), ArrowColumn.Nulls(array)),
        Int32Array values => new PrimitiveArrayData<int>(values.Values.ToArray(), ArrowColumn.Nulls(array)),
        DoubleArray values => new PrimitiveArrayData<double>(values.Values.ToArray(), ArrowColumn.Nulls(array)),
        FloatArray values => new PrimitiveArrayData<float>(values.Values.ToArray(), ArrowColumn.Nulls(array)),
        HalfFloatArray values => Each(values, i => (float)values.Values[i]),
        Int16Array values => Each(values, i => (int)values.Values[i]),
        Int8Array values => Each(values, i => (int)values.Values[i]),
        UInt16Array values => Each(values, i => (int)values.Values[i]),
        UInt8Array values => Each(values, i => (int)values.Values[i]),
        UInt32Array values => Each(values, i => (long)values.Values[i]),
        UInt64Array values => Each(values, i => Int64(values.Values[i], i)),
        Date32Array or Date64Array or TimestampArray or DurationArray or Time32Array or Time64Array => ArrowTimes.Convert(array),
        Decimal128Array values => Each(values,
            i => ArrowDecimals.Read(values.ValueBuffer.Span, values.Offset + i, 16, ((Decimal128Type)values.Data.DataType).Scale, i)),
        Decimal256Array values => Each(values,
            i => ArrowDecimals.Read(values.ValueBuffer.Span, values.Offset + i, 32, ((Decimal256Type)values.Data.DataType).Scale, i)),
        FixedSizeBinaryArray when type == LogicalTypeEnum.Interval =>
            throw new DatasetException(
                "The type INTERVAL (months, days and milliseconds) is not supported, because .NET has no such type."),
        FixedSizeBinaryArray values when type == LogicalTypeEnum.Uuid =>
            References(array, i => new Guid(values.GetBytes(i), bigEndian: true).ToString()),
        FixedSizeBinaryArray values => References(array, i => values.GetBytes(i).ToArray()),
        StringArray values => References(array, i => Text(values.GetBytes(i), i)),
        LargeStringArray values => References(array, i => Text(values.GetBytes(i), i)),
        StringViewArray values => References(array, i => Text(values.GetBytes(i), i)),
        BinaryArray values when IsText(type) => References(array, i => Text(values.GetBytes(i), i)),
        LargeBinaryArray values when IsText(type) => References(array, i => Text(values.GetBytes(i), i)),
        BinaryViewArray values when IsText(type) => References(array, i => Text(values.GetBytes(i), i)),
        BinaryArray values => References(array, i => values.GetBytes(i).ToArray()),
        LargeBinaryArray values => References(array, i => values.GetBytes(i).ToArray()),
        BinaryViewArray values => References(array, i => values.GetBytes(i).ToArray()),
        DictionaryArray values => Decode(values, type),
        _ => throw new DatasetException($"The type {array.Data.DataType.Name} is not supported."),
    };

    internal static bool IsText(LogicalTypeEnum type) => type is LogicalTypeEnum.String or LogicalTypeEnum.Enum or LogicalTypeEnum.Json;

    internal static PrimitiveData<T> Each<T>(IArrowArray array, Func<int, T> read) where T : struct
    {
        var nulls = ArrowColumn.Nulls(array);
        var values = new T[array.Length];
        for (var i = 0; i < values.Length; i++)
            if (nulls is null || !nulls[i])
                values[i] = read(i);
        return new PrimitiveArrayData<T>(values, nulls);
    }

    private static ReferenceData<T> References<T>(IArrowArray array, Func<int, T> read) where T : class
    {
        var values = new T?[array.Length];
        var complete = array.NullCount == 0;
        for (var i = 0; i < values.Length; i++)
            if (complete || !array.IsNull(i))
                values[i] = read(i);
        return new ReferenceArrayData<T>(values);
    }

    private static string Text(ReadOnlySpan<byte> utf8, int index)
    {
        try
        {
            return StrictUtf8.Encoding.GetString(utf8);
        }
        catch (DecoderFallbackException error)
        {
            throw new UnreadableValueException(index, $"The text is not valid UTF-8 ({error.Message}).");
        }
    }

    /// <exception cref="UnreadableValueException">The value is above the maximum of int64.</exception>
    internal static long Int64(ulong value, int index) => value <= long.MaxValue
        ? (long)value
        : throw new UnreadableValueException(index,
            string.Create(CultureInfo.InvariantCulture, $"The unsigned integer {value} is above the maximum of int64, {long.MaxValue}."));

    /// <summary>Decodes a dictionary-encoded array. Equal strings are one object.</summary>
    private static ColumnData Decode(DictionaryArray array, LogicalTypeEnum type)
    {
        var dictionary = Convert(array.Dictionary, type);
        var indices = Convert(array.Indices, LogicalTypeEnum.None);
        var column = new Column("dictionary", indices);
        return dictionary switch
        {
            ReferenceData<string> texts => References(array, i => texts[(int)column.GetInt64(i)]!),
            ReferenceData<byte[]> bytes => References(array, i => bytes[(int)column.GetInt64(i)]!),
            PrimitiveData<long> values => Each(array, i => values[(int)column.GetInt64(i)]),
            PrimitiveData<int> values => Each(array, i => values[(int)column.GetInt64(i)]),
            PrimitiveData<double> values => Each(array, i => values[(int)column.GetInt64(i)]),
            PrimitiveData<float> values => Each(array, i => values[(int)column.GetInt64(i)]),
            PrimitiveData<bool> values => Each(array, i => values[(int)column.GetInt64(i)]),
            PrimitiveData<DateTime> values => Each(array, i => values[(int)column.GetInt64(i)]),
            PrimitiveData<decimal> values => Each(array, i => values[(int)column.GetInt64(i)]),
            _ => throw new DatasetException($"Dictionary-encoded columns of type {dictionary.Feature} are not supported. "
                + "Write the column without dictionary encoding."),
        };
    }
}
