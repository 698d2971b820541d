using System.Collections;

namespace PeftSharp.Data;

/// <summary>One column of a data set, read by row: <c>dataset["text"]</c>. Values are read without boxing through <see cref="Int64"/>, <see cref="Text"/>, <see cref="Int64s"/> and so on.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed partial class Column : IReadOnlyList<object?>
{
    private readonly ColumnData _data;
    private readonly RowIndex _rows;

    internal Column(string name, Feature feature, ColumnData data, RowIndex rows) => (Name, Feature, _data, _rows) = (name, feature, data, rows);

    internal Column(string name, ColumnData data) : this(name, data.Feature, data, RowIndex.All(data.Count)) { }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>The column's type.</summary>
    public Feature Feature { get; }

    /// <summary>How many rows there are.</summary>
    public int Count => _rows.Count;

    /// <summary>The value of a row as an object: a number, a string, an array, a dictionary, or null where it is absent.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public object? this[int row] => Locate(row, out var at).Get(at);

    internal RowIndex Rows => _rows;

    internal ColumnData Data => _data;

    /// <summary>Whether the row has no value.</summary>
    public bool IsNull(int row) => Locate(row, out var at).IsNull(at);

    /// <summary>The integer, class number or (as 0 and 1) truth value of a row.</summary>
    /// <exception cref="DatasetException">The row has no value, or the column holds another type.</exception>
    public long Int64(int row) => Locate(row, out var at) switch
    {
        PrimitiveData<long> data when !data.IsNull(at) => data.Values[at],
        PrimitiveData<int> data when !data.IsNull(at) => data.Values[at],
        PrimitiveData<bool> data when !data.IsNull(at) => data.Values[at] ? 1 : 0,
        var data => throw Unfit(data, row, at, "an integer"),
    };

    /// <summary>The number of a row, whole or not, as the nearest float64.</summary>
    /// <exception cref="DatasetException">The row has no value, or the column holds another type.</exception>
    public double Double(int row) => Locate(row, out var at) switch
    {
        PrimitiveData<double> data when !data.IsNull(at) => data.Values[at],
        PrimitiveData<float> data when !data.IsNull(at) => data.Values[at],
        PrimitiveData<long> data when !data.IsNull(at) => data.Values[at],
        PrimitiveData<int> data when !data.IsNull(at) => data.Values[at],
        PrimitiveData<decimal> data when !data.IsNull(at) => NumberCopy.ToDouble(data.Values[at]),
        var data => throw Unfit(data, row, at, "a number"),
    };

    /// <summary>The truth value of a row.</summary>
    /// <exception cref="DatasetException">The row has no value, or the column holds another type.</exception>
    public bool Boolean(int row) => Locate(row, out var at) switch
    {
        PrimitiveData<bool> data when !data.IsNull(at) => data.Values[at],
        var data => throw Unfit(data, row, at, "a truth value"),
    };

    /// <summary>The string of a row.</summary>
    /// <exception cref="DatasetException">The row has no value, or the column holds another type.</exception>
    public string Text(int row) => Locate(row, out var at) switch
    {
        ReferenceData<string> data when data[at] is { } text => text,
        var data => throw Unfit(data, row, at, "text"),
    };

    /// <summary>All values as an array: <c>long[]</c> of a column of labels, <c>string[]</c> of texts.</summary>
    /// <typeparam name="T">long, int, double, float, decimal, bool, string, byte[], DateTime, TimeOnly or TimeSpan, as the column stores it, or its nullable form where values are absent; of lists an array, such as <c>long[]</c> or <c>string[]</c>.</typeparam>
    /// <exception cref="DatasetException">A row has no value while <typeparamref name="T"/> has no null, or the column holds another type.</exception>
    public T[] ToArray<T>()
    {
        var values = new T[Count];
        for (var row = 0; row < values.Length; row++)
            values[row] = this[row] switch
            {
                T value => value,
                null when default(T) is null && typeof(T).IsValueType => default!,
                _ => throw Unfit(Locate(row, out var at), row, at, typeof(T).Name),
            };
        return values;
    }

    /// <summary>All texts, in order.</summary>
    /// <exception cref="DatasetException">A row has no value, or the column holds another type.</exception>
    public string[] Texts()
    {
        var texts = new string[Count];
        for (var row = 0; row < texts.Length; row++)
            texts[row] = Text(row);
        return texts;
    }

    /// <inheritdoc/>
    public IEnumerator<object?> GetEnumerator()
    {
        for (var row = 0; row < Count; row++)
            yield return this[row];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"Column('{Name}', {Feature}, {Count} rows)";

    internal Column Named(string name) => new(name, Feature, _data, _rows);

    internal Column As(Feature feature) => new(Name, feature, _data, _rows);

    internal Column Show(RowIndex rows) => new(Name, Feature, _data, rows);

    /// <summary>The same rows stored in one piece, in order.</summary>
    internal Column Flatten()
    {
        if (_rows.IsRange && _rows.Count == _data.Count)
            return this;
        var builder = new ColumnBuilder();
        foreach (var value in this)
            builder.Add(value);
        var data = builder.Build();
        return new Column(Name, Feature, data, RowIndex.All(data.Count));
    }

    private ColumnData Locate(int row, out int at)
    {
        if ((uint)row >= (uint)_rows.Count)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"Column '{Name}' has {_rows.Count} rows; there is no row {row}.");
        at = _rows[row];
        return _data.Locate(ref at);
    }

    private DatasetException Unfit(ColumnData data, int row, int at, string wanted) => data.IsNull(at)
        ? new($"Column '{Name}' has no value in row {row}, where {wanted} is needed. Filter such rows out (dataset.Filter(row => !row.IsNull(\"{Name}\"))) or fill them with Map.")
        : new($"Column '{Name}' holds {Feature}, and row {row} is read as {wanted}. Convert it with CastColumn or Map, or name another column.");
}
