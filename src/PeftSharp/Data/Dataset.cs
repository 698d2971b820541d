using System.Collections;

namespace PeftSharp.Data;

/// <summary>A table of named, typed columns, as <c>datasets.Dataset</c>: rows for a trainer, and methods that make new tables of it.</summary>
/// <remarks>
/// <para>Every method gives a new data set that shares the columns of this one; <see cref="Select(IEnumerable{int})"/>, <see cref="Shuffle"/> and their kin cost an
/// array of row numbers and no more. Only <see cref="SetFormat"/> and <see cref="ResetFormat"/> change the data set itself.</para>
/// <para>Thread safety: several threads can read one data set and make others of it at once; <see cref="SetFormat"/> and <see cref="ResetFormat"/> need exclusive use.</para>
/// </remarks>
public sealed partial class Dataset : IReadOnlyList<Row>
{
    private readonly ColumnSet _columns;
    private ColumnSet _shown;

    internal Dataset(ColumnSet columns, DatasetFormat format)
    {
        format.Validate(columns);
        (_columns, _shown, Format) = (columns, format.Apply(columns), format);
    }

    private Dataset(IEnumerable<Column> columns, int rows, DatasetFormat format) : this(new ColumnSet(columns, rows), format) { }

    /// <summary>How many rows there are.</summary>
    public int Count => _columns.RowCount;

    /// <summary>How many rows there are, by its Python name.</summary>
    public int NumRows => Count;

    /// <summary>The names of all columns, whatever the format shows.</summary>
    public IReadOnlyList<string> ColumnNames => _columns.Names;

    /// <summary>The names of the columns that rows show: all, or those of <see cref="SetFormat"/>.</summary>
    public IReadOnlyList<string> FormattedColumnNames => _shown.Names;

    /// <summary>The columns' types by name.</summary>
    public IReadOnlyDictionary<string, Feature> Features =>
        new OrderedDictionary<string, Feature>(_columns.All.Select(column => KeyValuePair.Create(column.Name, column.Feature)));

    /// <summary>What the rows show.</summary>
    public DatasetFormat Format { get; private set; }

    /// <summary>A row.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public Row this[int row] => (uint)row < (uint)Count
        ? new Row(_shown, row)
        : throw new ArgumentOutOfRangeException(nameof(row), row, $"The data set has {Count} rows; there is no row {row}.");

    /// <summary>Neighbouring rows, by column: <c>dataset[..5]</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The range reaches beyond the rows.</exception>
    public Batch this[Range rows]
    {
        get
        {
            var (start, count) = rows.GetOffsetAndLength(Count);
            return Rows(start, count);
        }
    }

    /// <summary>A column, whatever the format shows.</summary>
    /// <exception cref="DatasetException">There is no such column; the message lists those there are.</exception>
    public Column this[string column] => _columns[column];

    /// <summary>A column, whatever the format shows: the fast way to read many rows.</summary>
    /// <exception cref="DatasetException">There is no such column; the message lists those there are.</exception>
    public Column Column(string name) => _columns[name];

    /// <summary>Makes the rows show only these columns: those that the model is given.</summary>
    /// <param name="type">"torch", or null for none.</param>
    /// <param name="columns">The columns to show; null shows all.</param>
    /// <param name="outputAllColumns">Whether the other columns are shown too.</param>
    /// <exception cref="ArgumentException">The type is unknown; the message lists the known ones.</exception>
    /// <exception cref="DatasetException">There is no such column.</exception>
    public void SetFormat(string? type = null, IEnumerable<string>? columns = null, bool outputAllColumns = false)
    {
        var format = new DatasetFormat(type, columns?.ToArray(), outputAllColumns);
        format.Validate(_columns);
        (Format, _shown) = (format, format.Apply(_columns));
    }

    /// <summary>Makes the rows show all columns again.</summary>
    public void ResetFormat() => SetFormat();

    /// <summary>The same data set with another format; see <see cref="SetFormat"/>.</summary>
    public Dataset WithFormat(string? type = null, IEnumerable<string>? columns = null, bool outputAllColumns = false) =>
        new(_columns, new DatasetFormat(type, columns?.ToArray(), outputAllColumns));

    /// <summary>The shown columns as arrays of objects, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<object?>> ToDictionary() =>
        new OrderedDictionary<string, IReadOnlyList<object?>>(_shown.All.Select(column => KeyValuePair.Create(column.Name, (IReadOnlyList<object?>)column.ToArray())));

    /// <inheritdoc/>
    public IEnumerator<Row> GetEnumerator()
    {
        var columns = _shown;
        for (var row = 0; row < Count; row++)
            yield return new Row(columns, row);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"Dataset({{features: [{string.Join(", ", ColumnNames)}], num_rows: {Count}}})";

    /// <summary>The first rows as a table for people: the columns' names and types, a line for each row, and how many rows and columns there are.</summary>
    /// <remarks>Texts and lists are cut to about 40 characters, a class is followed by its name, and numbers are aligned to the right. Shows <see cref="FormattedColumnNames"/>.</remarks>
    /// <param name="rows">The number of rows to show; default 5. All rows where there are fewer.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="rows"/> is negative.</exception>
    public string Head(int rows = 5)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        return RowTable.Of(_shown, Math.Min(rows, Count));
    }

    internal Batch Rows(int start, int count) => new(_shown.Show(count, rows => rows.Slice(start, count)), start, count);

    private Dataset With(IEnumerable<Column> columns) => new(columns, Count, Format);
}
