using System.Collections;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// A column of a dataset, such as <c>dataset["text"]</c>. Methods such as <see cref="GetInt64"/>, <see cref="GetString"/> and
/// <see cref="GetInt64s"/> read the value of a row without boxing.
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed partial class Column : IReadOnlyList<object?>
{
    private readonly ColumnData _data;
    private readonly RowIndex _rows;

    internal Column(string name, Feature feature, ColumnData data, RowIndex rows) =>
        (Name, Feature, _data, _rows) = (name, feature, data, rows);

    internal Column(string name, ColumnData data) : this(name, data.Feature, data, RowIndex.All(data.Count)) { }

    /// <summary>The name of the column.</summary>
    public string Name { get; }

    /// <summary>The type of the column.</summary>
    public Feature Feature { get; }

    /// <summary>The number of rows.</summary>
    public int Count => _rows.Count;

    /// <summary>
    /// The value of a row as an object: a number, a boolean, a string, a date, a time, a duration, an array (for lists and bytes), a
    /// dictionary (for structs), or null.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public object? this[int row] => Locate(row, out var index).Get(index);

    /// <summary>
    /// Whether the name was read from the first line of a file. That line may contain values instead of names; messages mention this.
    /// </summary>
    internal bool IsNamedByFirstLine { get; init; }

    /// <summary>Whether values may be null. False: no value is null.</summary>
    internal bool HasNulls => _data.HasNulls;

    internal RowIndex Rows => _rows;

    internal ColumnData Data => _data;

    /// <summary>Returns whether the value of a row is null.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public bool IsNull(int row) => Locate(row, out var index).IsNull(index);

    /// <summary>Returns the integer, class id or boolean (as 0 or 1) of a row.</summary>
    /// <exception cref="DatasetException">The value is null, or the column has another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public long GetInt64(int row) => Locate(row, out var index) switch
    {
        PrimitiveData<long> data when !data.IsNull(index) => data[index],
        PrimitiveData<int> data when !data.IsNull(index) => data[index],
        PrimitiveData<bool> data when !data.IsNull(index) => data[index] ? 1 : 0,
        var data => throw CannotRead(data, row, index, "an integer"),
    };

    /// <summary>Returns the numeric value of a row, converted to the nearest float64.</summary>
    /// <exception cref="DatasetException">The value is null, or the column does not contain numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public double GetDouble(int row) => Locate(row, out var index) switch
    {
        PrimitiveData<double> data when !data.IsNull(index) => data[index],
        PrimitiveData<float> data when !data.IsNull(index) => data[index],
        PrimitiveData<long> data when !data.IsNull(index) => data[index],
        PrimitiveData<int> data when !data.IsNull(index) => data[index],
        PrimitiveData<decimal> data when !data.IsNull(index) => NumberCopy.ToDouble(data[index]),
        var data => throw CannotRead(data, row, index, "a number"),
    };

    /// <summary>Returns the boolean of a row.</summary>
    /// <exception cref="DatasetException">The value is null, or the column has another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public bool GetBoolean(int row) => Locate(row, out var index) switch
    {
        PrimitiveData<bool> data when !data.IsNull(index) => data[index],
        var data => throw CannotRead(data, row, index, "a boolean"),
    };

    /// <summary>Returns the string of a row.</summary>
    /// <exception cref="DatasetException">The value is null, or the column has another type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public string GetString(int row) => Locate(row, out var index) switch
    {
        ReferenceData<string> data when data[index] is { } text => text,
        var data => throw CannotRead(data, row, index, "a string"),
    };

    /// <summary>Returns all values as an array, such as <c>long[]</c> for a column of labels and <c>string[]</c> for texts.</summary>
    /// <typeparam name="T">
    /// The type of the values: <see cref="long"/>, <see cref="int"/>, <see cref="double"/>, <see cref="float"/>, <see cref="decimal"/>,
    /// <see cref="bool"/>, <see cref="string"/>, <c>byte[]</c>, <see cref="DateTime"/>, <see cref="TimeOnly"/> or <see cref="TimeSpan"/>.
    /// For lists, use an array, such as <c>long[]</c>; for lists of lists or of structs, <c>object?[]</c>. For structs, use
    /// <c>IReadOnlyDictionary&lt;string, object?&gt;</c>. If some numbers, booleans, dates or times are null, use the nullable type, such
    /// as <c>long?</c>. If some strings, lists or structs are null, enumerate the column instead.
    /// </typeparam>
    /// <exception cref="DatasetException">
    /// The column has another type, or a value is null and <typeparamref name="T"/> is not a nullable value type, such as <c>long?</c>.
    /// </exception>
    public T[] ToArray<T>()
    {
        var values = new T[Count];
        for (var row = 0; row < values.Length; row++)
            values[row] = this[row] switch
            {
                T value => value,
                null when default(T) is null && typeof(T).IsValueType => default!,
                _ => throw CannotRead(Locate(row, out var index), row, index, TypeName.Of(typeof(T))),
            };
        return values;
    }

    /// <summary>Returns all strings, in order.</summary>
    /// <exception cref="DatasetException">A value is null, or the column has another type.</exception>
    public string[] GetStrings()
    {
        var texts = new string[Count];
        for (var row = 0; row < texts.Length; row++)
            texts[row] = GetString(row);
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
    public override string ToString() => $"Column('{Name}', {Feature}, {Quantity.Of(Count, "row")})";

    internal Column WithName(string name) => new(name, Feature, _data, _rows);

    internal Column WithFeature(Feature feature) => new(Name, feature, _data, _rows) { IsNamedByFirstLine = IsNamedByFirstLine };

    internal Column WithRows(RowIndex rows) => new(Name, Feature, _data, rows) { IsNamedByFirstLine = IsNamedByFirstLine };

    /// <summary>Returns a column whose values are stored contiguously in the order of the rows.</summary>
    internal Column Flatten()
    {
        if (_rows.IsRange && _rows.Count == _data.Count)
            return this;
        var builder = new ColumnBuilder();
        foreach (var value in this)
            builder.Add(value);
        var data = builder.Build();
        return new Column(Name, Feature, data, RowIndex.All(data.Count)) { IsNamedByFirstLine = IsNamedByFirstLine };
    }

    /// <summary>Returns the stored values of rows, as ranges of consecutive values within a chunk.</summary>
    internal IEnumerable<(ColumnData Data, int Start, int Count)> Runs(int start, int count)
    {
        for (int row = start, end = start + count; row < end;)
        {
            var index = _rows[row];
            var length = _rows.IsRange ? end - row : 1;
            while (!_rows.IsRange && row + length < end && _rows[row + length] == index + length)
                length++;
            row += length;
            while (length > 0)
            {
                var first = index;
                var chunk = _data.Locate(ref first);
                var part = Math.Min(length, chunk.Count - first);
                yield return (chunk, first, part);
                (index, length) = (index + part, length - part);
            }
        }
    }

    private ColumnData Locate(int row, out int index)
    {
        if ((uint)row >= (uint)_rows.Count)
            throw new ArgumentOutOfRangeException(
                nameof(row), row, $"The row index {row} is out of range: column '{Name}' has {Quantity.Of(_rows.Count, "row")}.");
        index = _rows[row];
        return _data.Locate(ref index);
    }

    private DatasetException CannotRead(ColumnData data, int row, int index, string type) => data.IsNull(index)
        ? new($"Column '{Name}' is null in row {row}, where {type} is required. "
            + $"Remove such rows (dataset.Filter(row => !row.IsNull(\"{Name}\"))), or set a value with Map.")
        : new($"Row {row} of column '{Name}' ({Feature}) cannot be read as {type}. Convert the column with CastColumn or Map, "
            + "or use another column.");
}
