using System.Collections;

namespace PeftSharp.Data;

/// <summary>Makes columns of what the caller hands over.</summary>
internal static class ColumnFactory
{
    /// <exception cref="DatasetException">Values differ in type, or cannot be stored; the message names column and row.</exception>
    internal static Column Create(string name, IEnumerable values)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(values);
        return values is Column column ? column.Named(name) : new Column(name, Build(name, values, firstRow: 0));
    }

    /// <param name="name">The column's name, for messages.</param>
    /// <param name="values">A value per row.</param>
    /// <param name="firstRow">The number of the first of these rows, for messages.</param>
    internal static ColumnData Build(string name, object values, int firstRow)
    {
        if (Primitives(values) is { } copied)
            return copied;
        var builder = new ColumnBuilder();
        foreach (var value in ObjectValues.ItemsOf(values))
            AddNaming(builder, name, value, firstRow + builder.Count);
        return builder.Build();
    }

    /// <summary>Adds a value; where it does not fit, the message says which row and column it was.</summary>
    internal static void AddNaming(ColumnBuilder builder, string name, object? value, int row)
    {
        try
        {
            builder.Add(value);
        }
        catch (TypeMismatchException mismatch)
        {
            throw new DatasetException($"Column '{name}', row {row}: {mismatch.Message} Give every row the same type.", mismatch);
        }
        catch (DatasetException unstorable)
        {
            throw new DatasetException($"Column '{name}', row {row}: {unstorable.Message}", unstorable);
        }
    }

    /// <summary>Adds a row; fields that it lacks are null.</summary>
    internal static void AddRecord(StructStore records, IEnumerable<KeyValuePair<string, object?>> row)
    {
        foreach (var (name, value) in row)
            AddNaming(records.Field(name), name, value, records.Count);
        records.EndRecord();
    }

    /// <remarks>By exact type: to the runtime a <c>uint[]</c> or an array of enums is an <c>int[]</c> too, with other values.</remarks>
    private static ColumnData? Primitives(object values)
    {
        var type = values.GetType();
        return type == typeof(long[]) ? Copy<long>(values)
            : type == typeof(int[]) ? Copy<int>(values)
            : type == typeof(double[]) ? Copy<double>(values)
            : type == typeof(float[]) ? Copy<float>(values)
            : type == typeof(bool[]) ? Copy<bool>(values)
            : null;
    }

    private static PrimitiveData<T> Copy<T>(object values) where T : struct => new((T[])((T[])values).Clone(), nulls: null);
}
