using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>Columns of equal length by name, in order. Immutable.</summary>
internal sealed class ColumnSet
{
    private readonly OrderedDictionary<string, Column> _byName = new(StringComparer.Ordinal);
    private readonly string[] _hidden;

    /// <param name="columns">The columns.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="hidden">The names of columns that the format of the dataset hides, for the message about a missing column.</param>
    /// <exception cref="DatasetException">A name occurs twice, or a column has another length.</exception>
    internal ColumnSet(IEnumerable<Column> columns, int rows, params string[] hidden)
    {
        (RowCount, _hidden) = (rows, hidden);
        foreach (var column in columns)
        {
            if (!_byName.TryAdd(column.Name, column))
                throw new DatasetException($"Two columns are named '{column.Name}'. Rename or remove one of them.");
            if (column.Count != rows)
                throw new DatasetException($"Column '{column.Name}' has {Quantity.Of(column.Count, "row")}, but the dataset has {rows}. "
                    + "All columns must have the same number of rows.");
        }
        All = [.. _byName.Values];
        Names = [.. _byName.Keys];
    }

    internal int RowCount { get; }

    internal int Count => All.Length;

    internal Column[] All { get; }

    internal IReadOnlyList<string> Names { get; }

    internal Column this[string name] => name is not null && _byName.TryGetValue(name, out var column) ? column : throw MissingColumn(name);

    internal bool Contains(string name) => _byName.ContainsKey(name);

    internal ColumnSet Replace(string name, Column column) => new(All.Select(old => old.Name == name ? column : old), RowCount);

    /// <summary>Selects the same rows of each column. Columns that share a row index also share the new index.</summary>
    internal ColumnSet SelectRows(int rows, Func<RowIndex, RowIndex> select)
    {
        var selected = new Dictionary<RowIndex, RowIndex>(ReferenceEqualityComparer.Instance);
        return new(All.Select(column =>
            column.WithRows(selected.TryGetValue(column.Rows, out var known) ? known : selected[column.Rows] = select(column.Rows))), rows);
    }

    private DatasetException MissingColumn(string? name) => _hidden.Contains(name)
        ? new($"The column '{name}' is not in the format of the dataset. Columns of the format: {NameList.Of(Names)}. "
            + "Add it to the columns of SetFormat, or call ResetFormat.")
        : Count == 0
            ? new($"There is no column '{name}': the dataset has no columns. A dataset that is created from no rows has no columns.")
            : new($"There is no column '{name}'. Columns: {string.Join(", ", Names)}.{DelimiterHint()}{HeaderHint()}");

    /// <summary>
    /// Returns a hint if the only column has a delimiter in its name, because a CSV file was then read with the wrong delimiter.
    /// </summary>
    private string DelimiterHint() => Count == 1 && Names[0].IndexOfAny([';', '\t', '|', ',']) is >= 0 and var index
        ? $" If the fields of the CSV file are separated by '{(Names[0][index] == '\t' ? "\\t" : Names[0][index])}', "
            + "set DatasetLoadOptions.Delimiter."
        : "";

    /// <summary>Returns a hint if the names are from the first line of a file, which may have no header.</summary>
    private string HeaderHint() => Array.Exists(All, column => column.IsNamedByFirstLine)
        ? " The names are from the first line of the file. If the file has no header, set DatasetLoadOptions.ColumnNames."
        : "";
}
