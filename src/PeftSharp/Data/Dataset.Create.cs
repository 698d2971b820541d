using System.Collections;
using System.Runtime.CompilerServices;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <content>Datasets of objects in memory.</content>
public sealed partial class Dataset
{
    /// <summary>Creates a dataset from a dictionary of columns (<c>from_dict</c>).</summary>
    /// <param name="columns">
    /// The columns by name. Each column is an array or a list with one value per row: a number, a string, a boolean, an enum, an array and
    /// so on.
    /// </param>
    /// <exception cref="ArgumentException">The name of a column is empty.</exception>
    /// <exception cref="DatasetException">
    /// The columns have different lengths, the values of a column have different types, or a type is not supported.
    /// </exception>
    public static Dataset FromDict(IReadOnlyDictionary<string, IEnumerable> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return FromColumns(columns.Select(column => ColumnFactory.Create(column.Key, column.Value)));
    }

    /// <summary>Creates a dataset from (name, values) pairs: <c>Dataset.FromDict(("text", texts), ("label", labels))</c>.</summary>
    /// <inheritdoc cref="FromDict(IReadOnlyDictionary{string, IEnumerable})" path="/param"/>
    /// <exception cref="ArgumentException">The name of a column is empty.</exception>
    /// <exception cref="DatasetException">
    /// The columns have different lengths, two columns have the same name, the values of a column have different types, or a type is not
    /// supported.
    /// </exception>
    public static Dataset FromDict(params IReadOnlyList<(string Name, IEnumerable Values)> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        return FromColumns(columns.Select(column => ColumnFactory.Create(column.Name, column.Values)));
    }

    /// <summary>Creates a dataset from columns, which may be from different datasets.</summary>
    /// <exception cref="DatasetException">The columns have different lengths, or two columns have the same name.</exception>
    public static Dataset FromColumns(IEnumerable<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var all = columns.ToArray();
        return new(all, all.Length == 0 ? 0 : all[0].Count, new DatasetFormat());
    }

    /// <summary>Creates a dataset from dictionaries, one per row (<c>from_list</c>). The value of a missing key is null.</summary>
    /// <exception cref="DatasetException">
    /// A row is null, the values of a column have different types, or a type is not supported.
    /// </exception>
    public static Dataset FromList(IEnumerable<IReadOnlyDictionary<string, object?>> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var records = new StructStore(promotesNumbers: false);
        foreach (var row in rows)
            ColumnFactory.AddRecord(
                records, row ?? throw new DatasetException($"Row {records.Count} is null. Rows must not be null."));
        return Of(records);
    }

    /// <summary>
    /// Creates a dataset from objects, one per row. The columns are the public properties of the objects, in the order of declaration.
    /// </summary>
    /// <remarks>
    /// Supported property types are integers of 8 to 64 bits, floating-point numbers, <see cref="decimal"/>, strings, characters, booleans,
    /// dates, times and durations, the nullable types of these, and arrays, lists, records, structs and dictionaries with string keys, if
    /// the types of their items are supported. An enum is converted to a <see cref="ClassLabel"/> with the names of its members; the class
    /// ids are assigned from 0 in ascending order of the enum values. A <see cref="Guid"/> is converted to a string, and a local
    /// <see cref="DateTime"/> or a <see cref="DateTimeOffset"/> to UTC. A value tuple, or an array or list of value tuples, is converted to
    /// structs with the element names of the property.
    /// </remarks>
    /// <param name="rows">The rows, such as a list, a LINQ query or the entities of a database context. They are enumerated once.</param>
    /// <typeparam name="T">
    /// A class, record, struct or anonymous type. For <see cref="object"/>, the columns are the properties of the runtime type of each row.
    /// </typeparam>
    /// <exception cref="DatasetException">
    /// A row is null. The type has no public properties, or is the type of a single value or of a collection, such as <c>int</c>,
    /// <c>string</c> or a list. The type of a property is not supported, or its value is not a member of its enum or is above the maximum
    /// of int64. The values of a column have different types. <typeparamref name="T"/> is a value tuple: its element names do not exist at
    /// run time; use <see cref="FromRows{T}(IEnumerable{T}, IReadOnlyList{string})"/>.
    /// </exception>
    public static Dataset FromRows<T>(IEnumerable<T> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var records = new ObjectRows(typeof(T));
        foreach (var row in rows)
            records.Add(row);
        return Of(records.Store);
    }

    /// <summary>Creates a dataset from value tuples, one per row: <c>Dataset.FromRows(pairs, "text", "label")</c>.</summary>
    /// <param name="rows">The rows, which are enumerated once.</param>
    /// <param name="names">
    /// The names of the columns, in the order of the tuple elements. The element names of the tuple are not available at run time.
    /// </param>
    /// <typeparam name="T">A value tuple, such as <c>(string, int)</c>.</typeparam>
    /// <exception cref="DatasetException">
    /// The number of names differs from the number of elements, a name occurs more than once, a row is null, the type of an element is not
    /// supported, or the values of a column have different types.
    /// </exception>
    public static Dataset FromRows<T>(IEnumerable<T> rows, params IReadOnlyList<string> names) where T : ITuple
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(names);
        if (names.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } duplicate)
            throw new DatasetException($"The name '{duplicate.Key}' occurs {duplicate.Count()} times. Column names must be unique.");
        return FromList(rows.Select((row, i) => row is null
            ? throw new DatasetException($"Row {i} is null. Rows must not be null.")
            : TupleNames.Values(row, names) ?? throw new DatasetException($"Row {i} has {Quantity.Of(row.Length, "element")}, "
                + (names.Count == 0 ? "but names is empty" : $"but names contains {names.Count} ({string.Join(", ", names)})")
                + ". Provide one name per element.")));
    }

    /// <summary>Creates a dataset from the objects of an asynchronous sequence, such as the rows of a database query.</summary>
    /// <inheritdoc cref="FromRows{T}(IEnumerable{T})"/>
    /// <param name="rows">The rows, which are enumerated once.</param>
    /// <param name="cancellationToken">Passed to the sequence and checked before each row.</param>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
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
