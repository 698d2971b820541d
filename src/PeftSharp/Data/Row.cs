using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace PeftSharp.Data;

/// <summary>A row of a dataset: a dictionary of its values by column name, with methods that read a value without boxing.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class Row : IReadOnlyDictionary<string, object?>
{
    private readonly ColumnSet _columns;

    internal Row(ColumnSet columns, int index) => (_columns, Index) = (columns, index);

    /// <summary>The index of the row in its dataset.</summary>
    public int Index { get; }

    /// <summary>The number of columns.</summary>
    public int Count => _columns.Count;

    /// <summary>The names of the columns.</summary>
    public IEnumerable<string> Keys => _columns.Names;

    /// <summary>The values, in the order of <see cref="Keys"/>.</summary>
    public IEnumerable<object?> Values => _columns.All.Select(column => column[Index]);

    /// <summary>The value of a column, as an object.</summary>
    /// <exception cref="DatasetException">There is no such column; the message lists the columns.</exception>
    public object? this[string column] => _columns[column][Index];

    /// <summary>Returns whether the value of a column is null.</summary>
    public bool IsNull(string column) => _columns[column].IsNull(Index);

    /// <inheritdoc cref="Column.Int64"/>
    public long Int64(string column) => _columns[column].Int64(Index);

    /// <inheritdoc cref="Column.Double"/>
    public double Double(string column) => _columns[column].Double(Index);

    /// <inheritdoc cref="Column.Boolean"/>
    public bool Boolean(string column) => _columns[column].Boolean(Index);

    /// <inheritdoc cref="Column.Text"/>
    public string Text(string column) => _columns[column].Text(Index);

    /// <inheritdoc cref="Column.Int64s"/>
    public ReadOnlySpan<long> Int64s(string column) => _columns[column].Int64s(Index);

    /// <inheritdoc cref="Column.Int32s"/>
    public ReadOnlySpan<int> Int32s(string column) => _columns[column].Int32s(Index);

    /// <inheritdoc cref="Column.Singles"/>
    public ReadOnlySpan<float> Singles(string column) => _columns[column].Singles(Index);

    /// <inheritdoc cref="Column.Doubles"/>
    public ReadOnlySpan<double> Doubles(string column) => _columns[column].Doubles(Index);

    /// <inheritdoc cref="Column.Length"/>
    public int Length(string column) => _columns[column].Length(Index);

    /// <inheritdoc cref="Column.CopyTo(int, Span{long})"/>
    public int CopyTo(string column, Span<long> destination) => _columns[column].CopyTo(Index, destination);

    /// <inheritdoc cref="Column.CopyTo(int, Span{float})"/>
    public int CopyTo(string column, Span<float> destination) => _columns[column].CopyTo(Index, destination);

    /// <inheritdoc cref="Column.Items"/>
    public Column Items(string column) => _columns[column].Items(Index);

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
        _columns.All.Select(column => KeyValuePair.Create(column.Name, column[Index])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Returns the names and values for display: <c>{text: "abc", label: 1}</c>. Long strings and lists are truncated.</summary>
    public override string ToString() => ValueText.Fields(this);
}
