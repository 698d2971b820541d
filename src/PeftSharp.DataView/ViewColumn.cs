using System.Collections;
using Microsoft.ML;
using Microsoft.ML.Data;
using PeftSharp.Data;

namespace PeftSharp.DataView;

/// <summary>A column of a dataset as a column of ML.NET.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type.</param>
/// <param name="Annotations">The names of a key. Null: none.</param>
/// <param name="Getter">Creates the delegate that reads the current row.</param>
internal sealed record ViewColumn(
    string Name, DataViewType Type, DataViewSchema.Annotations? Annotations, Func<Func<int>, Delegate> Getter)
{
    /// <exception cref="DatasetException">The type of the column has no equivalent in ML.NET.</exception>
    internal static ViewColumn Create(Column column) => column.Feature switch
    {
        ClassLabel label => Scalar(column, Key(label), (data, row) => Id(data[row]), Names(label)),
        Value { Dtype: "string" } => Scalar(column, TextDataViewType.Instance, (data, row) => Text(data[row])),
        Value { Dtype: "bool" } => Scalar(column, BooleanDataViewType.Instance, (data, row) => data.GetBoolean(row)),
        Value { Dtype: "int32" } => Scalar(column, NumberDataViewType.Int32, (data, row) => (int)data.GetInt64(row)),
        Value { Dtype: "int64" } => Scalar(column, NumberDataViewType.Int64, (data, row) => data.GetInt64(row)),
        Value { Dtype: "float32" } => Scalar(column, NumberDataViewType.Single,
            (data, row) => data.IsNull(row) ? float.NaN : (float)data.GetDouble(row)),
        Value { Dtype: "float64" or "decimal" } => Scalar(column, NumberDataViewType.Double,
            (data, row) => data.IsNull(row) ? double.NaN : data.GetDouble(row)),
        Value { Dtype: "timestamp" } => Scalar(column, DateTimeDataViewType.Instance, (data, row) => Required<DateTime>(data, row)),
        Value { Dtype: "duration" } => Scalar(column, TimeSpanDataViewType.Instance, (data, row) => Required<TimeSpan>(data, row)),
        Sequence { Element: ClassLabel label } => Vector(column, Key(label), Id, Names(label)),
        Sequence { Element: Value { Dtype: "string" } } => Vector(column, TextDataViewType.Instance, Text),
        Sequence { Element: Value { Dtype: "bool" } } => Vector(column, BooleanDataViewType.Instance, Item<bool>(column)),
        Sequence { Element: Value { Dtype: "int32" } } => Vector(column, NumberDataViewType.Int32, Item<int>(column)),
        Sequence { Element: Value { Dtype: "int64" } } => Vector(column, NumberDataViewType.Int64, Item<long>(column)),
        Sequence { Element: Value { Dtype: "float32" } } => Vector(
            column, NumberDataViewType.Single, item => item as float? ?? float.NaN),
        Sequence { Element: Value { Dtype: "float64" } } => Vector(
            column, NumberDataViewType.Double, item => item as double? ?? double.NaN),
        _ => throw new DatasetException($"Column '{column.Name}' has type {column.Feature}, which ML.NET does not support. Remove the "
            + "column with RemoveColumns, or convert it with CastColumn or Map."),
    };

    private static ViewColumn Scalar<T>(
        Column column, DataViewType type, Func<Column, int, T> read, DataViewSchema.Annotations? annotations = null) =>
        new(column.Name, type, annotations, row => new ValueGetter<T>((ref T value) => value = read(column, row())));

    private static ViewColumn Vector<T>(
        Column column, PrimitiveDataViewType item, Func<object?, T> convert, DataViewSchema.Annotations? annotations = null)
    {
        var type = new VectorDataViewType(item, CommonLength(column));
        return new(column.Name, type, annotations, row => new ValueGetter<VBuffer<T>>((ref VBuffer<T> value) =>
        {
            var items = column[row()] as IEnumerable ?? throw Null(column, row());
            T[] values = [.. items.Cast<object?>().Select(convert)];
            value = new VBuffer<T>(values.Length, values);
        }));
    }

    /// <summary>Returns the length of all lists. Returns 0, which means any length, if the lengths differ or there are no lists.</summary>
    private static int CommonLength(Column column)
    {
        var length = column.Count > 0 && !column.IsNull(0) ? column.GetLength(0) : 0;
        for (var row = 1; row < column.Count && length > 0; row++)
            if (column.IsNull(row) || column.GetLength(row) != length)
                length = 0;
        return length;
    }

    private static KeyDataViewType Key(ClassLabel label) => new(typeof(uint), label.NumClasses);

    /// <summary>Returns the key of a class id. Keys start at 1; 0 is a missing key.</summary>
    private static uint Id(object? id) => id is long number and >= 0 ? (uint)number + 1 : 0;

    private static ReadOnlyMemory<char> Text(object? text) => ((string?)text).AsMemory();

    private static Func<object?, T> Item<T>(Column column) => item => item is T value ? value : throw new DatasetException(
        $"A list of column '{column.Name}' contains null, but ML.NET has no null of this type. Remove such rows with Filter, or set a "
        + "value with Map.");

    private static T Required<T>(Column column, int row) where T : struct => column[row] is T value ? value : throw Null(column, row);

    private static DatasetException Null(Column column, int row) => new($"Column '{column.Name}' is null in row {row}, but "
        + "ML.NET has no null of this type. Remove such rows with Filter, or set a value with Map.");

    private static DataViewSchema.Annotations Names(ClassLabel label)
    {
        ReadOnlyMemory<char>[] names = [.. label.Names.Select(name => name.AsMemory())];
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(DataViewColumnReader.KeyValues, new VectorDataViewType(TextDataViewType.Instance, names.Length),
            (ref VBuffer<ReadOnlyMemory<char>> value) => value = new VBuffer<ReadOnlyMemory<char>>(names.Length, names));
        return annotations.ToAnnotations();
    }
}
