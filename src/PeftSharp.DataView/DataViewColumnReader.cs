using System.Collections;
using Microsoft.ML;
using Microsoft.ML.Data;
using PeftSharp.Data;

namespace PeftSharp.DataView;

/// <summary>Reads and collects the values of a column of ML.NET.</summary>
internal abstract class DataViewColumnReader(string name)
{
    /// <summary>The annotation with the names of a key.</summary>
    internal const string KeyValues = "KeyValues";

    internal string Name => name;

    /// <summary>The values that have been read, as .NET objects from which a dataset can be created.</summary>
    internal abstract IEnumerable Values { get; }

    /// <summary>The type to which the column is converted. Null: the type of its values.</summary>
    internal Feature? Feature { get; private init; }

    internal abstract void ReadRow();

    /// <exception cref="DatasetException">The type of the column is not supported.</exception>
    internal static DataViewColumnReader Create(DataViewRowCursor cursor, DataViewSchema.Column column)
    {
        var item = column.Type is VectorDataViewType vector ? vector.ItemType : column.Type;
        var isVector = column.Type is VectorDataViewType;
        if (item is KeyDataViewType key)
        {
            var names = Names(column);
            Feature? label = names is null ? null : new ClassLabel(names);
            label = label is not null && isVector ? new Sequence(label) : label;
            return item.RawType switch
            {
                var type when type == typeof(byte) => Typed<byte, long?>(cursor, column, id => id == 0 ? null : id - 1L, label),
                var type when type == typeof(ushort) => Typed<ushort, long?>(cursor, column, id => id == 0 ? null : id - 1L, label),
                var type when type == typeof(uint) => Typed<uint, long?>(cursor, column, id => id == 0 ? null : id - 1L, label),
                _ => Typed<ulong, long?>(cursor, column, id => id == 0 ? null : ToInt64(id - 1, column), label),
            };
        }
        return item switch
        {
            TextDataViewType => Typed<ReadOnlyMemory<char>, string>(cursor, column, text => text.ToString()),
            BooleanDataViewType => Typed<bool, bool>(cursor, column, value => value),
            DateTimeDataViewType => Typed<DateTime, DateTime>(cursor, column, value => value),
            DateTimeOffsetDataViewType => Typed<DateTimeOffset, DateTimeOffset>(cursor, column, value => value),
            TimeSpanDataViewType => Typed<TimeSpan, TimeSpan>(cursor, column, value => value),
            NumberDataViewType => Number(cursor, column, item.RawType),
            _ => throw new DatasetException($"Column '{column.Name}' has type {column.Type}, which datasets do not support. Drop the "
                + "column (mlContext.Transforms.DropColumns), or convert it to texts, numbers or keys."),
        };
    }

    private static DataViewColumnReader Number(DataViewRowCursor cursor, DataViewSchema.Column column, Type type) => type switch
    {
        _ when type == typeof(float) => Typed<float, float>(cursor, column, value => value),
        _ when type == typeof(double) => Typed<double, double>(cursor, column, value => value),
        _ when type == typeof(sbyte) => Typed<sbyte, int>(cursor, column, value => value),
        _ when type == typeof(byte) => Typed<byte, int>(cursor, column, value => value),
        _ when type == typeof(short) => Typed<short, int>(cursor, column, value => value),
        _ when type == typeof(ushort) => Typed<ushort, int>(cursor, column, value => value),
        _ when type == typeof(int) => Typed<int, int>(cursor, column, value => value),
        _ when type == typeof(uint) => Typed<uint, long>(cursor, column, value => value),
        _ when type == typeof(long) => Typed<long, long>(cursor, column, value => value),
        _ => Typed<ulong, long>(cursor, column, value => ToInt64(value, column)),
    };

    /// <exception cref="DatasetException">The value is above the maximum of int64.</exception>
    private static long ToInt64(ulong value, DataViewSchema.Column column) => value <= long.MaxValue ? (long)value
        : throw new DatasetException(
            $"Column '{column.Name}' contains {value}, which is above the maximum of int64. Convert the column to text.");

    private static DataViewColumnReader Typed<TStored, T>(
        DataViewRowCursor cursor, DataViewSchema.Column column, Func<TStored, T> convert, Feature? feature = null) =>
        column.Type is VectorDataViewType
            ? new Vectors<TStored, T>(column.Name, cursor.GetGetter<VBuffer<TStored>>(column), convert) { Feature = feature }
            : new Scalars<TStored, T>(column.Name, cursor.GetGetter<TStored>(column), convert) { Feature = feature };

    /// <summary>Returns the names of a key, by id. Null: the key has no names.</summary>
    private static string[]? Names(DataViewSchema.Column column)
    {
        if (column.Annotations.Schema.GetColumnOrNull(KeyValues) is not { Type: VectorDataViewType { ItemType: TextDataViewType } })
            return null;
        VBuffer<ReadOnlyMemory<char>> names = default;
        column.Annotations.GetValue(KeyValues, ref names);
        string[] texts = [.. names.DenseValues().Select(name => name.ToString())];
        return texts.Distinct(StringComparer.Ordinal).Count() == texts.Length && texts.Length > 0 ? texts : throw new DatasetException(
            texts.Length == 0
                ? $"The keys of column '{column.Name}' have an empty list of names. A class label requires at least one name. Drop the "
                    + "column (mlContext.Transforms.DropColumns)."
                : $"Two keys of column '{column.Name}' have the same name, but the names of classes must be unique. Convert the keys to "
                    + "texts (mlContext.Transforms.Conversion.MapKeyToValue), or drop the column.");
    }

    private sealed class Scalars<TStored, T>(string name, ValueGetter<TStored> getter, Func<TStored, T> convert)
        : DataViewColumnReader(name)
    {
        private readonly List<T> _values = [];

        internal override IEnumerable Values => _values;

        internal override void ReadRow()
        {
            TStored value = default!;
            getter(ref value);
            _values.Add(convert(value));
        }
    }

    private sealed class Vectors<TStored, T>(string name, ValueGetter<VBuffer<TStored>> getter, Func<TStored, T> convert)
        : DataViewColumnReader(name)
    {
        private readonly List<T[]> _values = [];
        private VBuffer<TStored> _buffer;

        internal override IEnumerable Values => _values;

        internal override void ReadRow()
        {
            getter(ref _buffer);
            _values.Add([.. _buffer.DenseValues().Select(convert)]);
        }
    }
}
