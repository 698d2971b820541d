using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Adds the caller's objects to columns: numbers, strings, arrays, nested lists, dictionaries, records.</summary>
internal static class ObjectValues
{
    /// <exception cref="TypeMismatchException">The column has another type.</exception>
    /// <exception cref="DatasetException">The type of the value is not supported.</exception>
    internal static void Add(this ColumnBuilder column, object? value)
    {
        if (value is Array array)
        {
            AddArray(column, array);
            return;
        }
        switch (value)
        {
            case null: column.AddNull(); break;
            case Enum member: column.AddEnum(member); break;
            case string text: column.AddText(text); break;
            case char letter: column.AddText(letter.ToString()); break;
            case Guid id: column.AddText(id.ToString()); break;
            case long number: column.Add(number); break;
            case int number: column.Add(number); break;
            case double number: column.Add(number); break;
            case float number: column.Add(number); break;
            case decimal number: column.Add(number); break;
            case bool boolean: column.Add(boolean); break;
            // Local times are stored in UTC, because they differ between machines.
            case DateTime { Kind: DateTimeKind.Local } time: column.Add(time.ToUniversalTime()); break;
            case DateTime time: column.Add(time); break;
            case DateTimeOffset time: column.Add(time.UtcDateTime); break;
            case DateOnly date: column.Add(date.ToDateTime(TimeOnly.MinValue)); break;
            case TimeOnly time: column.Add(time); break;
            case TimeSpan duration: column.Add(duration); break;
            case short or sbyte or byte or ushort: column.Add(Convert.ToInt32(value, CultureInfo.InvariantCulture)); break;
            case uint number: column.Add((long)number); break;
            case ulong number: column.Add(Int64(number)); break;
            case Half number: column.Add((float)number); break;
            case IReadOnlyDictionary<string, object?> record: AddRecord(column, record); break;
            case IReadOnlyDictionary<string, string> record:
                AddRecord(column, record.Select(field => KeyValuePair.Create(field.Key, (object?)field.Value)));
                break;
            case IDictionary record: AddRecord(column, Fields(record)); break;
            case List<long> list: AddList<long>(column, CollectionsMarshal.AsSpan(list)); break;
            case List<int> list: AddList<int>(column, CollectionsMarshal.AsSpan(list)); break;
            case List<float> list: AddList<float>(column, CollectionsMarshal.AsSpan(list)); break;
            case IEnumerable items: AddItems(column, items); break;
            case var record when RecordTypes.PropertiesOf(record.GetType()) is { } properties:
                AddRecord(column, properties.Select(property => KeyValuePair.Create(property.Name, RecordTypes.ValueOf(property, record))));
                break;
            default:
                throw new DatasetException($"The type {TypeName.Of(value)} is not supported. Supported types: "
                    + "integers of 8 to 64 bits, floating-point numbers, decimals, strings, characters, booleans, enums, GUIDs, byte[], "
                    + "dates, times and durations, and arrays, lists, dictionaries, records and structs of these.");
        }
    }

    /// <summary>Returns the values of a column: the items of an array or list, or the rows of a two-dimensional array.</summary>
    internal static IEnumerable ItemsOf(object values) => values switch
    {
        Array { Rank: 2 } matrix => Rows(matrix),
        string or IReadOnlyDictionary<string, object?> or IDictionary => throw Single(values),
        _ when values.GetType() == typeof(byte[]) => throw Single(values),
        IEnumerable items => items,
        _ => throw Single(values),
    };

    private static DatasetException Single(object values) =>
        new($"A column requires a list with one value per row, but a single {TypeName.Of(values)} was given.");

    /// <remarks>
    /// The exact type is compared, because for the runtime a <c>uint[]</c> or an array of an enum is also an <c>int[]</c>.
    /// </remarks>
    private static void AddArray(ColumnBuilder column, Array array)
    {
        if (array.Rank > 2)
            throw new DatasetException($"Arrays with {array.Rank} dimensions are not supported. Use arrays of arrays.");
        var type = array.GetType();
        if (type == typeof(byte[])) column.AddBytes((byte[])array);
        else if (type == typeof(long[])) AddList<long>(column, (long[])array);
        else if (type == typeof(int[])) AddList<int>(column, (int[])array);
        else if (type == typeof(double[])) AddList<double>(column, (double[])array);
        else if (type == typeof(float[])) AddList<float>(column, (float[])array);
        else if (type == typeof(bool[])) AddList<bool>(column, (bool[])array);
        else AddItems(column, array.Rank == 2 ? Rows(array) : array);
    }

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

    private static IEnumerable<object?[]> Rows(Array matrix)
    {
        for (var row = 0; row < matrix.GetLength(0); row++)
        {
            var values = new object?[matrix.GetLength(1)];
            for (var i = 0; i < values.Length; i++)
                values[i] = matrix.GetValue(row, i);
            yield return values;
        }
    }

    private static IEnumerable<KeyValuePair<string, object?>> Fields(IDictionary record)
    {
        foreach (DictionaryEntry field in record)
            yield return KeyValuePair.Create(field.Key as string ?? throw new DatasetException(
                $"Dictionaries with keys of type {TypeName.Of(field.Key)} are not supported; the keys must be strings."), field.Value);
    }

    private static void AddRecord(ColumnBuilder column, IEnumerable<KeyValuePair<string, object?>> fields)
    {
        var record = column.Struct();
        foreach (var (name, value) in fields)
            record.Field(name).Add(value);
        record.EndRecord();
    }

    private static long Int64(ulong value) => value <= long.MaxValue
        ? (long)value
        : throw new DatasetException(string.Create(CultureInfo.InvariantCulture,
            $"The integer {value} is above the maximum of int64, {long.MaxValue}. Convert it to a string or a decimal."));
}
