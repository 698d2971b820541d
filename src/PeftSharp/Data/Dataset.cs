using System.Collections;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// A table of named, typed columns (Python's <c>datasets.Dataset</c>). The values are in memory, or in files that are mapped into memory.
/// </summary>
/// <remarks>
/// <para>
/// Methods that transform the dataset return a new dataset. Most of them do not copy the values: methods such as
/// <see cref="Select(IEnumerable{int})"/> and <see cref="Shuffle"/> create only an array of row indices. Only <see cref="SetFormat"/> and
/// <see cref="ResetFormat"/> change the dataset.
/// </para>
/// <para>
/// Thread safety: several threads can use a dataset at once, except that <see cref="SetFormat"/> and <see cref="ResetFormat"/> require
/// exclusive access.
/// </para>
/// </remarks>
public sealed partial class Dataset : DatasetBase, IReadOnlyList<Row>
{
    private readonly ColumnSet _columns;
    private ColumnSet _formatted;

    internal Dataset(ColumnSet columns, DatasetFormat format)
    {
        format.Validate(columns);
        (_columns, _formatted, Format) = (columns, format.Apply(columns), format);
    }

    private Dataset(IEnumerable<Column> columns, int rows, DatasetFormat format) : this(new ColumnSet(columns, rows), format) { }

    /// <summary>The number of rows, <c>num_rows</c> in Python.</summary>
    public int Count => _columns.RowCount;

    /// <summary>The names of all columns, independent of <see cref="Format"/>.</summary>
    public IReadOnlyList<string> ColumnNames => _columns.Names;

    /// <summary>The names of the columns that rows contain: all columns, or the columns that <see cref="Format"/> selects.</summary>
    public IReadOnlyList<string> FormattedColumnNames => _formatted.Names;

    /// <summary>The types of the columns, by name.</summary>
    public IReadOnlyDictionary<string, Feature> Features =>
        new OrderedDictionary<string, Feature>(_columns.All.Select(column => KeyValuePair.Create(column.Name, column.Feature)));

    /// <summary>The format, which determines the columns that rows contain.</summary>
    public DatasetFormat Format { get; private set; }

    /// <summary>The row at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Row this[int row] => (uint)row < (uint)Count
        ? new Row(_formatted, row)
        : throw new ArgumentOutOfRangeException(nameof(row), row, $"The row index {row} is out of range: the dataset has "
            + $"{Quantity.Of(Count, "row")}.");

    /// <summary>The columns of a range of rows: <c>dataset[..5]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The range exceeds the number of rows, or its end is before its start.
    /// </exception>
    public Batch this[Range rows]
    {
        get
        {
            var (start, count) = rows.GetOffsetAndLength(Count);
            return Rows(start, count);
        }
    }

    /// <summary>The column with a name, independent of <see cref="Format"/>. Reading a column is faster than reading rows.</summary>
    /// <exception cref="DatasetException">There is no such column; the message lists the columns.</exception>
    public Column this[string column] => _columns[column];

    /// <summary>Sets the columns that rows contain (<c>set_format</c>).</summary>
    /// <param name="type">"torch" or null. The value has no effect: rows contain .NET values in both cases.</param>
    /// <param name="columns">The columns that rows contain. Default null: all columns.</param>
    /// <param name="outputAllColumns">Whether rows also contain the other columns, after <paramref name="columns"/>. Default false.</param>
    /// <exception cref="ArgumentException">The type is not supported; the message lists the supported types.</exception>
    /// <exception cref="DatasetException">There is no such column, or a name occurs twice.</exception>
    public void SetFormat(string? type = null, IEnumerable<string>? columns = null, bool outputAllColumns = false)
    {
        var format = new DatasetFormat(type, columns?.ToArray(), outputAllColumns);
        format.Validate(_columns);
        (Format, _formatted) = (format, format.Apply(_columns));
    }

    /// <summary>Resets the format: rows contain all columns (<c>reset_format</c>).</summary>
    public void ResetFormat() => SetFormat();

    /// <summary>Returns the dataset with another format, which determines the columns that rows contain (<c>with_format</c>).</summary>
    /// <inheritdoc cref="SetFormat" path="//param|//exception"/>
    public Dataset WithFormat(string? type = null, IEnumerable<string>? columns = null, bool outputAllColumns = false) =>
        new(_columns, new DatasetFormat(type, columns?.ToArray(), outputAllColumns));

    /// <summary>Returns the values of the columns of <see cref="FormattedColumnNames"/>, by name (<c>to_dict</c>).</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<object?>> ToDictionary() =>
        new OrderedDictionary<string, IReadOnlyList<object?>>(
            _formatted.All.Select(column => KeyValuePair.Create(column.Name, (IReadOnlyList<object?>)column.ToArray())));

    /// <inheritdoc/>
    public IEnumerator<Row> GetEnumerator()
    {
        var columns = _formatted;
        for (var row = 0; row < Count; row++)
            yield return new Row(columns, row);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"Dataset({{features: [{string.Join(", ", ColumnNames)}], num_rows: {Count}}})";

    /// <summary>
    /// Returns the first rows as a text table: names and types of the columns, one line per row, and the number of rows and columns.
    /// </summary>
    /// <remarks>
    /// The table contains the columns of <see cref="FormattedColumnNames"/>. Names, types and values are truncated to 40 characters. A
    /// class id is followed by the name of the class, except in lists. Numbers are right-aligned.
    /// </remarks>
    /// <param name="rows">The maximum number of rows. Default 5.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> is negative.</exception>
    public string Head(int rows = 5)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        return RowTable.Of(_formatted, Math.Min(rows, Count));
    }

    internal Batch Rows(int start, int count) => new(_formatted.SelectRows(count, rows => rows.Slice(start, count)), start, count);

    private Dataset With(IEnumerable<Column> columns) => new(columns, Count, Format);
}
