using System.Collections;
using System.Runtime.InteropServices;

namespace PeftSharp.Data;

/// <summary>Stores the values that a user's function or record hands over: numbers, strings, arrays, lists of lists, dictionaries.</summary>
internal static class ObjectValues
{
    /// <exception cref="TypeMismatchException">The column has another type.</exception>
    /// <exception cref="DatasetException">No column can hold a value of this type.</exception>
    internal static void Add(this ColumnBuilder column, object? value)
    {
        switch (value)
        {
            case null: column.AddNull(); break;
            case string text: column.AddText(text); break;
            case long number: column.Add(number); break;
            case int number: column.Add(number); break;
            case double number: column.Add(number); break;
            case float number: column.Add(number); break;
            case bool truth: column.Add(truth); break;
            case DateTime time: column.Add(time); break;
            case short or sbyte or byte or ushort: column.Add(Convert.ToInt32(value, null)); break;
            case uint number: column.Add((long)number); break;
            case decimal number: column.Add((double)number); break;
            case byte[] bytes: column.AddBytes(bytes); break;
            case IReadOnlyDictionary<string, object?> record: AddRecord(column, record); break;
            case IReadOnlyDictionary<string, string> record: AddRecord(column, record.Select(field => KeyValuePair.Create(field.Key, (object?)field.Value))); break;
            case long[] list: AddList<long>(column, list); break;
            case int[] list: AddList<int>(column, list); break;
            case double[] list: AddList<double>(column, list); break;
            case float[] list: AddList<float>(column, list); break;
            case bool[] list: AddList<bool>(column, list); break;
            case List<long> list: AddList<long>(column, CollectionsMarshal.AsSpan(list)); break;
            case List<int> list: AddList<int>(column, CollectionsMarshal.AsSpan(list)); break;
            case List<float> list: AddList<float>(column, CollectionsMarshal.AsSpan(list)); break;
            case Array { Rank: > 1 } grid: AddGrid(column, grid); break;
            case IEnumerable items: AddItems(column, items); break;
            case var record when RecordTypes.PropertiesOf(record.GetType()) is { } properties:
                AddRecord(column, properties.Select(property => KeyValuePair.Create(property.Name, property.GetValue(record))));
                break;
            default:
                throw new DatasetException($"A value of type {value.GetType().Name} cannot be stored in a column; give numbers, strings, booleans, byte[], DateTime, or arrays, dictionaries or records of these.");
        }
    }

    /// <summary>The values of a whole column: the items of an array, a list or the rows of a grid.</summary>
    internal static IEnumerable ItemsOf(object values) => values switch
    {
        Array { Rank: 2 } grid => Rows(grid),
        string or byte[] or IReadOnlyDictionary<string, object?> => throw new DatasetException($"A column needs a list of values, one per row, and got a single {values.GetType().Name}."),
        IEnumerable items => items,
        _ => throw new DatasetException($"A column needs a list of values, one per row, and got a single {values.GetType().Name}."),
    };

    private static void AddList<T>(ColumnBuilder column, ReadOnlySpan<T> values) where T : struct
    {
        var list = column.List();
        list.Items.AddRange(values);
        list.EndList();
    }

    private static void AddItems(ColumnBuilder column, IEnumerable items)
    {
        var list = column.List();
        foreach (var item in items)
            list.Items.Add(item);
        list.EndList();
    }

    private static void AddGrid(ColumnBuilder column, Array grid)
    {
        if (grid.Rank != 2)
            throw new DatasetException($"An array of {grid.Rank} dimensions cannot be stored in a column; give arrays of arrays.");
        AddItems(column, Rows(grid));
    }

    private static IEnumerable<object?[]> Rows(Array grid)
    {
        for (var row = 0; row < grid.GetLength(0); row++)
        {
            var values = new object?[grid.GetLength(1)];
            for (var i = 0; i < values.Length; i++)
                values[i] = grid.GetValue(row, i);
            yield return values;
        }
    }

    private static void AddRecord(ColumnBuilder column, IEnumerable<KeyValuePair<string, object?>> fields)
    {
        var record = column.Struct();
        foreach (var (name, value) in fields)
            record.Field(name).Add(value);
        record.EndRecord();
    }
}
