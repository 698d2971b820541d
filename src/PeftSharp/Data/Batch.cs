using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace PeftSharp.Data;

/// <summary>Some rows of a data set, by column: what a batched <see cref="Dataset.Map{TValue}(Func{Batch, IReadOnlyDictionary{string, TValue}}, bool, int, IEnumerable{string}, int, IProgress{MapProgress}, CancellationToken)"/> hands to its function.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Batch : IReadOnlyDictionary<string, Column>
{
    private readonly ColumnSet _columns;

    internal Batch(ColumnSet columns, int start, int count) => (_columns, Start, RowCount) = (columns, start, count);

    /// <summary>The number of the first row in the data set.</summary>
    public int Start { get; }

    /// <summary>How many rows there are.</summary>
    public int RowCount { get; }

    /// <summary>The numbers of the rows in the data set.</summary>
    public IEnumerable<int> Indices => Enumerable.Range(Start, RowCount);

    /// <summary>How many columns there are.</summary>
    public int Count => _columns.Count;

    /// <summary>The names of the columns.</summary>
    public IEnumerable<string> Keys => _columns.Names;

    /// <summary>The columns.</summary>
    public IEnumerable<Column> Values => _columns.All;

    /// <summary>A column of these rows.</summary>
    /// <exception cref="DatasetException">There is no such column; the message lists those there are.</exception>
    public Column this[string column] => _columns[column];

    /// <summary>The texts of a column.</summary>
    /// <exception cref="DatasetException">There is no such column, it holds no text, or a row has none.</exception>
    public IReadOnlyList<string> Text(string column) => _columns[column].Texts();

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _columns.Contains(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Column value)
    {
        value = _columns.Contains(key) ? _columns[key] : null;
        return value is not null;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Column>> GetEnumerator() => _columns.All.Select(column => KeyValuePair.Create(column.Name, column)).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
