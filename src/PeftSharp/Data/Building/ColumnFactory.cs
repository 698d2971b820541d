using System.Collections;

namespace PeftSharp.Data;

/// <summary>Creates columns from the caller's values.</summary>
internal static class ColumnFactory
{
    /// <exception cref="DatasetException">
    /// Values have different types, or a type is not supported; the message contains column and row.
    /// </exception>
    internal static Column Create(string name, IEnumerable values)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(values);
        return values is Column column ? column.WithName(name) : new Column(name, Build(name, values, firstRow: 0));
    }

    /// <param name="name">The name of the column, for messages.</param>
    /// <param name="values">One value per row.</param>
    /// <param name="firstRow">The index of the first row, for messages.</param>
    internal static ColumnData Build(string name, object values, int firstRow)
    {
        if (Primitives(values) is { } copied)
            return copied;
        var builder = new ColumnBuilder();
        foreach (var value in ObjectValues.ItemsOf(values))
            Add(builder, name, value, firstRow + builder.Count);
        return builder.Build();
    }

    /// <summary>Adds a value. If it cannot be added, the message of the exception contains the column and the row.</summary>
    internal static void Add(ColumnBuilder builder, string name, object? value, int row)
    {
        try
        {
            builder.Add(value);
        }
        catch (TypeMismatchException mismatch)
        {
            throw new DatasetException($"Column '{name}', row {row}: {mismatch.Message} All rows must have the same type.", mismatch);
        }
        catch (DatasetException error)
        {
            throw new DatasetException($"Column '{name}', row {row}: {error.Message}", error);
        }
    }

    /// <summary>Adds a row. Missing fields are null.</summary>
    internal static void AddRecord(StructStore records, IEnumerable<KeyValuePair<string, object?>> row)
    {
        foreach (var (name, value) in row)
            Add(records.Field(name), name, value, records.Count);
        records.EndRecord();
    }

    /// <remarks>
    /// The exact type is compared, because for the runtime a <c>uint[]</c> or an array of an enum is also an <c>int[]</c>.
    /// </remarks>
    private static ColumnData? Primitives(object values)
    {
        var type = values.GetType();
        return type == typeof(long[]) ? Copy<long>(values)
            : type == typeof(int[]) ? Copy<int>(values)
            : type == typeof(double[]) ? Copy<double>(values)
            : type == typeof(float[]) ? Copy<float>(values)
            : type == typeof(bool[]) ? Copy<bool>(values)
            : type == typeof(int[][]) ? Lists((int[]?[])values)            // the columns of a tokenizer
            : type == typeof(long[][]) ? Lists((long[]?[])values)
            : type == typeof(float[][]) ? Lists((float[]?[])values)
            : null;
    }

    /// <summary>
    /// Copies lists of numbers. Returns null if a list is null, or if there are no items, because their type is then unknown.
    /// </summary>
    private static ListData? Lists<T>(T[]?[] lists) where T : struct
    {
        var offsets = new int[lists.Length + 1];
        for (var i = 0; i < lists.Length; i++)
        {
            // At run time, the elements of an int[][] can be uint[].
            if (lists[i] is not { } list || list.GetType() != typeof(T[]) || list.Length > int.MaxValue - offsets[i])
                return null;
            offsets[i + 1] = offsets[i] + list.Length;
        }
        if (offsets[^1] == 0)
            return null;
        var items = new T[offsets[^1]];
        for (var i = 0; i < lists.Length; i++)
            lists[i].CopyTo(items.AsSpan(offsets[i]));
        return new ListData(new PrimitiveArrayData<T>(items, nulls: null), ListOffsets.Of(offsets), nulls: null);
    }

    private static PrimitiveArrayData<T> Copy<T>(object values) where T : struct => new((T[])((T[])values).Clone(), nulls: null);
}
