using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace PeftSharp.Data;

/// <summary>
/// Consecutive rows of a dataset or stream, as columns. A batched <c>Map</c> or <c>Filter</c> calls its function with batches.
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Batch : IReadOnlyDictionary<string, Column>
{
    private readonly ColumnSet _columns;

    internal Batch(ColumnSet columns, int start, int count) => (_columns, Start, RowCount) = (columns, start, count);

    /// <summary>The index of the first row of the batch in the dataset or stream.</summary>
    public int Start { get; }

    /// <summary>The number of rows.</summary>
    public int RowCount { get; }

    /// <summary>The indices of the rows of the batch in the dataset or stream.</summary>
    public IEnumerable<int> Indices => Enumerable.Range(Start, RowCount);

    /// <summary>The number of columns.</summary>
    public int Count => _columns.Count;

    /// <summary>The names of the columns.</summary>
    public IEnumerable<string> Keys => _columns.Names;

    /// <summary>The columns.</summary>
    public IEnumerable<Column> Values => _columns.All;

    /// <summary>A column of the batch.</summary>
    /// <exception cref="DatasetException">There is no such column; the message lists the columns.</exception>
    public Column this[string column] => _columns[column];

    /// <summary>Returns the strings of a column.</summary>
    /// <exception cref="DatasetException">There is no such column, it does not contain strings, or a value is null.</exception>
    public IReadOnlyList<string> GetStrings(string column) => _columns[column].GetStrings();

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _columns.Contains(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Column value)
    {
        value = _columns.Contains(key) ? _columns[key] : null;
        return value is not null;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Column>> GetEnumerator() =>
        _columns.All.Select(column => KeyValuePair.Create(column.Name, column)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
