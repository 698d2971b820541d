using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace PeftSharp.Data;

/// <summary>A row of a dataset: a dictionary of its values by column name, with methods that read a value without boxing.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Row : IReadOnlyDictionary<string, object?>
{
    private readonly ColumnSet _columns;

    internal Row(ColumnSet columns, int index) : this(columns, index, index) { }

    /// <param name="columns">The columns.</param>
    /// <param name="position">The position of the values in the columns.</param>
    /// <param name="index">The index of the row in its dataset or stream.</param>
    internal Row(ColumnSet columns, int position, long index) => (_columns, Position, Index) = (columns, position, (int)index);

    /// <summary>The index of the row in its dataset; in an <see cref="IterableDataset"/>, the number of rows before it.</summary>
    public int Index { get; }

    internal ColumnSet Columns => _columns;

    internal int Position { get; }

    /// <summary>The number of columns.</summary>
    public int Count => _columns.Count;

    /// <summary>The names of the columns.</summary>
    public IEnumerable<string> Keys => _columns.Names;

    /// <summary>The values, in the order of <see cref="Keys"/>.</summary>
    public IEnumerable<object?> Values => _columns.All.Select(column => column[Position]);

    /// <summary>The value of a column, as an object.</summary>
    /// <exception cref="DatasetException">There is no such column; the message lists the columns.</exception>
    public object? this[string column] => _columns[column][Position];

    /// <summary>Returns whether the value of a column is null.</summary>
    /// <exception cref="DatasetException">There is no such column; the message lists the columns.</exception>
    public bool IsNull(string column) => _columns[column].IsNull(Position);

    /// <summary>Returns the integer, class id or boolean (as 0 or 1) in a column.</summary>
    /// <exception cref="DatasetException">There is no such column, the value is null, or the column has another type.</exception>
    public long GetInt64(string column) => _columns[column].GetInt64(Position);

    /// <summary>Returns the numeric value in a column, converted to the nearest float64.</summary>
    /// <exception cref="DatasetException">There is no such column, the value is null, or the column does not contain numbers.</exception>
    public double GetDouble(string column) => _columns[column].GetDouble(Position);

    /// <summary>Returns the boolean in a column.</summary>
    /// <exception cref="DatasetException">There is no such column, the value is null, or the column has another type.</exception>
    public bool GetBoolean(string column) => _columns[column].GetBoolean(Position);

    /// <summary>Returns the string in a column.</summary>
    /// <exception cref="DatasetException">There is no such column, the value is null, or the column has another type.</exception>
    public string GetString(string column) => _columns[column].GetString(Position);

    /// <inheritdoc cref="Column.GetInt64s" path="/summary"/>
    /// <exception cref="DatasetException">
    /// There is no such column, the value or an item is null, or the items are not integers, class ids or booleans.
    /// </exception>
    public ReadOnlySpan<long> GetInt64s(string column) => _columns[column].GetInt64s(Position);

    /// <inheritdoc cref="Column.GetInt32s" path="/summary"/>
    /// <exception cref="DatasetException">
    /// There is no such column, the value or an item is null, an item is out of the range of int32, or the items are not integers, class
    /// ids or booleans.
    /// </exception>
    public ReadOnlySpan<int> GetInt32s(string column) => _columns[column].GetInt32s(Position);

    /// <inheritdoc cref="Column.GetSingles" path="/summary"/>
    /// <exception cref="DatasetException">
    /// There is no such column, the value or an item is null, the items are not numbers or booleans, an item is out of the range of
    /// float32, or float32 cannot represent an integer exactly.
    /// </exception>
    public ReadOnlySpan<float> GetSingles(string column) => _columns[column].GetSingles(Position);

    /// <inheritdoc cref="Column.GetDoubles" path="/summary"/>
    /// <exception cref="DatasetException">
    /// There is no such column, the value or an item is null, the items are not numbers or booleans, or float64 cannot represent an integer
    /// exactly.
    /// </exception>
    public ReadOnlySpan<double> GetDoubles(string column) => _columns[column].GetDoubles(Position);

    /// <inheritdoc cref="Column.GetLength" path="/summary"/>
    /// <exception cref="DatasetException">There is no such column, the value is null, or the column does not contain lists.</exception>
    public int GetLength(string column) => _columns[column].GetLength(Position);

    /// <inheritdoc cref="Column.CopyTo(int, Span{long})" path="/summary"/>
    /// <returns>The number of items.</returns>
    /// <exception cref="DatasetException">
    /// There is no such column, the value or an item is null, an item is out of the range of the type of the destination, the type of the
    /// destination cannot represent an integer exactly, or the items cannot be converted.
    /// </exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int CopyTo(string column, Span<long> destination) => _columns[column].CopyTo(Position, destination);

    /// <inheritdoc cref="Column.CopyTo(int, Span{long})" path="/summary"/>
    /// <returns>The number of items.</returns>
    /// <exception cref="DatasetException">
    /// There is no such column, the value or an item is null, an item is out of the range of the type of the destination, the type of the
    /// destination cannot represent an integer exactly, or the items cannot be converted.
    /// </exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public int CopyTo(string column, Span<float> destination) => _columns[column].CopyTo(Position, destination);

    /// <inheritdoc cref="Column.GetItems" path="/summary"/>
    /// <exception cref="DatasetException">There is no such column, the value is null, or the column does not contain lists.</exception>
    public Column GetItems(string column) => _columns[column].GetItems(Position);

    /// <summary>Returns the row without some of its columns.</summary>
    /// <param name="columns">The names of the columns; names that the row does not have are ignored.</param>
    public Row RemoveColumns(params IEnumerable<string> columns)
    {
        var removed = columns.ToHashSet(StringComparer.Ordinal);
        return new Row(new ColumnSet(_columns.All.Where(column => !removed.Contains(column.Name)), _columns.RowCount), Position, Index);
    }

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _columns.Contains(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out object? value)
    {
        var found = _columns.Contains(key);
        value = found ? this[key] : null;
        return found;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() =>
        _columns.All.Select(column => KeyValuePair.Create(column.Name, column[Position])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Returns the names and values for display: <c>{text: "abc", label: 1}</c>. Long strings and lists are truncated.</summary>
    public override string ToString() => ValueText.Fields(this);
}
