using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <content>Columns of lists and structs.</content>
public sealed partial class Column
{
    /// <summary>Returns the number of items of the list of a row.</summary>
    /// <exception cref="DatasetException">The value is null, or the column does not contain lists.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public int GetLength(int row) => List(row, out _, out var count) is { } ? count : 0;

    /// <summary>
    /// Returns the list of a row as int64. If the column stores int64 values in memory without nulls, the span refers to the stored values.
    /// Otherwise, it refers to a copy.
    /// </summary>
    /// <exception cref="DatasetException">
    /// The column does not contain lists, the value or an item is null, or the items are not integers, class ids or booleans.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<long> GetInt64s(int row) => ListAs<long>(row);

    /// <summary>
    /// Returns the list of a row as int32. If the column stores int32 values in memory without nulls, the span refers to the stored values.
    /// Otherwise, it refers to a copy.
    /// </summary>
    /// <exception cref="DatasetException">
    /// The column does not contain lists, the value or an item is null, an item is out of the range of int32, or the items are not
    /// integers, class ids or booleans.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<int> GetInt32s(int row) => ListAs<int>(row);

    /// <summary>
    /// Returns the list of a row as float32. If the column stores float32 values in memory without nulls, the span refers to the stored
    /// values. Otherwise, it refers to a copy.
    /// </summary>
    /// <exception cref="DatasetException">
    /// The column does not contain lists, the value or an item is null, the items are not numbers or booleans, an item is out of the range
    /// of float32, or float32 cannot represent an integer exactly.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<float> GetSingles(int row) => ListAs<float>(row);

    /// <summary>
    /// Returns the list of a row as float64. If the column stores float64 values in memory without nulls, the span refers to the stored
    /// values. Otherwise, it refers to a copy.
    /// </summary>
    /// <exception cref="DatasetException">
    /// The column does not contain lists, the value or an item is null, the items are not numbers or booleans, or float64 cannot represent
    /// an integer exactly.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public ReadOnlySpan<double> GetDoubles(int row) => ListAs<double>(row);

    /// <summary>
    /// Copies the list of a row to the start of <paramref name="destination"/>, without an intermediate array. The items are converted to
    /// the type of the destination.
    /// </summary>
    /// <returns>The number of items.</returns>
    /// <exception cref="DatasetException">
    /// The column does not contain lists, the value or an item is null, an item is out of the range of the type of the destination, the
    /// type of the destination cannot represent an integer exactly, or the items cannot be converted.
    /// </exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public int CopyTo(int row, Span<long> destination) => Copy(row, destination);

    /// <inheritdoc cref="CopyTo(int, Span{long})"/>
    public int CopyTo(int row, Span<int> destination) => Copy(row, destination);

    /// <inheritdoc cref="CopyTo(int, Span{long})"/>
    public int CopyTo(int row, Span<float> destination) => Copy(row, destination);

    /// <inheritdoc cref="CopyTo(int, Span{long})"/>
    public int CopyTo(int row, Span<double> destination) => Copy(row, destination);

    /// <summary>
    /// Returns the list of a row as a column, without copying. Use this method for nested lists, such as the choices of a question, and for
    /// lists of structs, such as the messages of a chat.
    /// </summary>
    /// <exception cref="DatasetException">The value is null, or the column does not contain lists.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Column GetItems(int row)
    {
        var items = List(row, out var start, out var count);
        var feature = Feature is Sequence sequence ? sequence.Element : items.Feature;
        return new Column($"{Name}[{row}]", feature, items, RowIndex.All(items.Count).Slice(start, count));
    }

    /// <summary>Returns a field of the structs of this column as a column. The values are copied.</summary>
    /// <exception cref="DatasetException">The column does not contain structs, or the structs have no such field.</exception>
    public Column Field(string name)
    {
        if (Feature is not Struct record)
            throw new DatasetException(
                $"Column '{Name}' has type {Feature}, so it has no field '{name}'. Only columns of type Struct have fields.");
        if (!record.Fields.TryGetValue(name, out var feature))
            throw new DatasetException(
                $"The structs of column '{Name}' have no field '{name}'. Fields: {NameList.Of(record.Fields.Keys)}.");
        var builder = new ColumnBuilder();
        for (var row = 0; row < Count; row++)
            builder.Add(
                Locate(row, out var index) is StructData data && data.Fields.TryGetValue(name, out var field) ? field.Get(index) : null);
        var values = builder.Build();
        return new Column($"{Name}.{name}", feature, values, RowIndex.All(values.Count));
    }

    private ColumnData List(int row, out int start, out int count)
    {
        if (Locate(row, out var index) is not ListData list || list.IsNull(index))
            throw CannotRead(Locate(row, out index), row, index, "a list");
        (start, count) = list.Range(index);
        return list.AllItems;
    }

    private ReadOnlySpan<T> ListAs<T>(int row) where T : struct, System.Numerics.INumber<T>
    {
        var items = List(row, out var start, out var count);
        if (items is PrimitiveData<T> { HasNulls: false } same)
            return same.Slice(start, count);
        var copy = new T[count];
        Copy<T>(row, copy);
        return copy;
    }

    private int Copy<T>(int row, Span<T> destination) where T : struct, System.Numerics.INumber<T>
    {
        var items = List(row, out var start, out var count);
        if (destination.Length < count)
            throw new ArgumentException($"The list in row {row} of column '{Name}' has {Quantity.Of(count, "item")}, "
                + $"but the destination has length {destination.Length}.", nameof(destination));
        if (count > 0 && !NumberCopy.TryCopy(items, start, destination[..count]))
            throw new DatasetException(
                $"The items of row {row} of column '{Name}' ({Feature}) cannot be read as {PrimitiveTypes.FeatureOf<T>()}: "
                + "an item is null or out of range, or its type cannot be converted. Convert the column with CastColumn or Map.");
        return count;
    }
}
