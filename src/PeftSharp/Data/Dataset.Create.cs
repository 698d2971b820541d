using System.Collections;
using System.Runtime.CompilerServices;

namespace PeftSharp.Data;

public sealed partial class Dataset
{
    /// <summary>A data set of named columns: <c>Dataset.FromDict(new() { ["text"] = texts, ["label"] = labels })</c>.</summary>
    /// <param name="columns">For each column an array or list with one value per row: numbers, strings, booleans, enums, arrays.</param>
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
            ColumnFactory.AddRecord(records, row);
        return Of(records);
    }

    /// <summary>A data set of objects, one per row: their public properties are the columns, in the order of declaration.</summary>
    /// <remarks>
    /// Properties hold numbers, strings, booleans, times, arrays, dictionaries or records of these, or nullable values of them. An enum becomes a <see cref="ClassLabel"/> with its members' names,
    /// numbered from 0 in the order of their values; a <see cref="Guid"/> becomes text; a <see cref="DateTimeOffset"/> becomes its instant in UTC; a property that is a value tuple, or an array or
    /// list of them, becomes records with the tuple's names.
    /// </remarks>
    /// <param name="rows">The rows, read once: a list, a LINQ query, the entities of a database context.</param>
    /// <typeparam name="T">A class, record, struct or anonymous type; of <see cref="object"/>, the properties of each row's own type.</typeparam>
    /// <exception cref="DatasetException">A property's type cannot be stored, a row is null, or the type has no public properties. Value tuples have none: their names exist in source code only, so
    /// give them to <see cref="FromRows{T}(IEnumerable{T}, IReadOnlyList{string})"/>.</exception>
    public static Dataset FromRows<T>(IEnumerable<T> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var records = new ObjectRows(typeof(T));
        foreach (var row in rows)
            records.Add(row);
        return Of(records.Store);
    }

    /// <summary>A data set of value tuples, one per row, with a name for each of their values: <c>Dataset.FromRows(pairs, "text", "label")</c>.</summary>
    /// <param name="rows">The rows, read once.</param>
    /// <param name="names">The names of the columns, in the order of the tuple's values. The compiler does not keep the names of the tuple itself.</param>
    /// <typeparam name="T">A value tuple, such as <c>(string, int)</c>.</typeparam>
    /// <exception cref="DatasetException">The number of names is not the number of values, a name is given twice, or a value's type cannot be stored.</exception>
    public static Dataset FromRows<T>(IEnumerable<T> rows, params IReadOnlyList<string> names) where T : ITuple
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(names);
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new DatasetException($"The name '{twice.Key}' is given twice; each value needs a name of its own.");
        return FromList(rows.Select((row, i) => row is null
            ? throw new DatasetException($"Row {i} is null; give every row a value.")
            : TupleNames.Values(row, names) ?? throw new DatasetException($"Row {i} has {row.Length} values but there are {names.Count} names ({string.Join(", ", names)}); give each value a name.")));
    }

    /// <summary>A data set of the objects of an asynchronous sequence, such as the rows of a database or of a web service.</summary>
    /// <inheritdoc cref="FromRows{T}(IEnumerable{T})"/>
    /// <param name="rows">The rows, read once.</param>
    /// <param name="cancellationToken">Passed to the sequence and checked before each row.</param>
    /// <exception cref="OperationCanceledException">The operation was canceled.</exception>
    public static async Task<Dataset> FromRowsAsync<T>(IAsyncEnumerable<T> rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var records = new ObjectRows(typeof(T));
        await foreach (var row in rows.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            records.Add(row);
        }
        return Of(records.Store);
    }

    internal static Dataset Of(StructStore records) =>
        new(records.BuildFields().Select(field => new Column(field.Key, field.Value)), records.Count, new DatasetFormat());
}
