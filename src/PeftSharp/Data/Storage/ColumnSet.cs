namespace PeftSharp.Data;

/// <summary>Columns of equal length by name, in order; never changed.</summary>
internal sealed class ColumnSet
{
    private readonly OrderedDictionary<string, Column> _byName = new(StringComparer.Ordinal);
    private readonly string[] _hidden;

    /// <param name="columns">The columns.</param>
    /// <param name="rows">How many rows each has.</param>
    /// <param name="hidden">Names that the format of the data set hides, for the message about an absent column.</param>
    /// <exception cref="DatasetException">A name occurs twice or a column has another length.</exception>
    internal ColumnSet(IEnumerable<Column> columns, int rows, params string[] hidden)
    {
        (RowCount, _hidden) = (rows, hidden);
        foreach (var column in columns)
        {
            if (!_byName.TryAdd(column.Name, column))
                throw new DatasetException($"Two columns are called '{column.Name}'; rename or remove one of them.");
            if (column.Count != rows)
                throw new DatasetException($"Column '{column.Name}' has {column.Count} rows, the data set {rows}; all columns need the same count.");
        }
        All = [.. _byName.Values];
        Names = [.. _byName.Keys];
    }

    internal int RowCount { get; }

    internal int Count => All.Length;

    internal Column[] All { get; }

    internal IReadOnlyList<string> Names { get; }

    internal Column this[string name] => name is not null && _byName.TryGetValue(name, out var column) ? column : throw Absent(name);

    internal bool Contains(string name) => _byName.ContainsKey(name);

    internal ColumnSet Replace(string name, Column column) => new(All.Select(old => old.Name == name ? column : old), RowCount);

    /// <summary>The same rows of each column; columns that share an index share the new one too.</summary>
    internal ColumnSet Show(int rows, Func<RowIndex, RowIndex> select)
    {
        var selected = new Dictionary<RowIndex, RowIndex>(ReferenceEqualityComparer.Instance);
        return new(All.Select(column => column.Show(selected.TryGetValue(column.Rows, out var known) ? known : selected[column.Rows] = select(column.Rows))), rows);
    }

    private DatasetException Absent(string? name) => _hidden.Contains(name)
        ? new($"The column '{name}' is hidden by the data set's format, which shows {string.Join(", ", Names)}. Add it to the columns of SetFormat, or call ResetFormat.")
        : new($"There is no column '{name}'; the columns are {(Count == 0 ? "none" : string.Join(", ", Names))}.{DelimiterHint()}");

    /// <summary>A single column whose name holds another delimiter is a CSV file read with the wrong one.</summary>
    private string DelimiterHint() => Count == 1 && Names[0].IndexOfAny([';', '\t', '|', ',']) is >= 0 and var at
        ? $" If the fields of the CSV file are separated by '{(Names[0][at] == '\t' ? "\\t" : Names[0][at])}', set LoadOptions.Delimiter."
        : "";
}
