using System.Collections;

namespace PeftSharp.Data;

public sealed partial class Dataset
{
    /// <summary>A data set of named columns: <c>Dataset.FromDict(new() { ["text"] = texts, ["label"] = labels })</c>.</summary>
    /// <param name="columns">For each column an array or list with one value per row: numbers, strings, booleans, arrays.</param>
    /// <exception cref="DatasetException">The columns differ in length, or the values of one in type.</exception>
    public static Dataset FromDict(IReadOnlyDictionary<string, IEnumerable> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return FromColumns(columns.Select(column => ColumnFactory.Create(column.Key, column.Value)));
    }

    /// <summary>A data set of named columns, for collection expressions and pairs: <c>Dataset.FromDict(("text", texts), ("label", labels))</c>.</summary>
    /// <inheritdoc cref="FromDict(IReadOnlyDictionary{string, IEnumerable})"/>
    public static Dataset FromDict(params IReadOnlyList<(string Name, IEnumerable Values)> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return FromColumns(columns.Select(column => ColumnFactory.Create(column.Name, column.Values)));
    }

    /// <summary>A data set of columns, perhaps of several data sets.</summary>
    /// <exception cref="DatasetException">The columns differ in length, or two have one name.</exception>
    public static Dataset FromColumns(IEnumerable<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var all = columns.ToArray();
        return new(all, all.Length == 0 ? 0 : all[0].Count, new DatasetFormat());
    }

    /// <summary>A data set of dictionaries, one per row, as <c>from_list</c>; what a row lacks is null.</summary>
    /// <exception cref="DatasetException">The values of a column differ in type.</exception>
    public static Dataset FromList(IEnumerable<IReadOnlyDictionary<string, object?>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var records = new StructStore(promotesNumbers: false);
        foreach (var row in rows)
        {
            foreach (var (name, value) in row)
                ColumnFactory.AddNaming(records.Field(name), name, value, records.Count);
            records.EndRecord();
        }
        return Of(records);
    }

    /// <summary>A data set of objects, one per row: their public properties are the columns, in the order of declaration.</summary>
    /// <remarks>
    /// Properties hold numbers, strings, booleans, times, arrays, dictionaries or records of these. An enum becomes a <see cref="ClassLabel"/> with its members' names, numbered from 0 in the
    /// order of their values; a <see cref="Guid"/> becomes text; a <see cref="DateTimeOffset"/> becomes its instant in UTC.
    /// </remarks>
    /// <typeparam name="T">A class, record, struct or anonymous type; of <see cref="object"/>, the properties of each row's own type.</typeparam>
    /// <exception cref="DatasetException">A property's type cannot be stored, a row is null, or the type has no public properties (tuples have none: their names exist in source code only).</exception>
    public static Dataset FromRows<T>(IEnumerable<T> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (typeof(T) != typeof(object))
            _ = RecordTypes.ColumnsOf(typeof(T));
        return FromList(rows.Select((row, i) => row is null
            ? throw new DatasetException($"Row {i} is null; give every row a value.")
            : RecordTypes.Values(row, RecordTypes.ColumnsOf(typeof(T) == typeof(object) ? row.GetType() : typeof(T)))));
    }

    internal static Dataset Of(StructStore records) =>
        new(records.BuildFields().Select(field => new Column(field.Key, field.Value)), records.Count, new DatasetFormat());
}
