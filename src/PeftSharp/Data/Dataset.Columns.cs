using PeftSharp.Internal;

namespace PeftSharp.Data;

public sealed partial class Dataset
{
    /// <summary>The same data set with a column renamed.</summary>
    /// <exception cref="DatasetException">There is no such column, or another has the new name.</exception>
    public Dataset RenameColumn(string original, string renamed) => RenameColumns(new Dictionary<string, string> { [original] = renamed });

    /// <summary>The same data set with columns renamed, old names to new ones.</summary>
    /// <exception cref="DatasetException">There is no such column, or two would have one name.</exception>
    public Dataset RenameColumns(IReadOnlyDictionary<string, string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (var (original, renamed) in names)
        {
            _ = _columns[original];
            ArgumentException.ThrowIfNullOrEmpty(renamed, nameof(names));
        }
        return new(_columns.All.Select(column => names.TryGetValue(column.Name, out var renamed) ? column.Named(renamed) : column), Count,
            Format.Follow(name => names.GetValueOrDefault(name, name)));
    }

    /// <summary>The same data set without these columns.</summary>
    /// <exception cref="DatasetException">There is no such column.</exception>
    public Dataset RemoveColumns(params IEnumerable<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var removed = columns.ToHashSet(StringComparer.Ordinal);
        foreach (var name in removed)
            _ = _columns[name];
        return new(_columns.All.Where(column => !removed.Contains(column.Name)), Count, Format.Follow(name => removed.Contains(name) ? null : name));
    }

    /// <summary>The same data set with these columns only, in this order.</summary>
    /// <exception cref="DatasetException">There is no such column.</exception>
    public Dataset SelectColumns(params IEnumerable<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var kept = columns.ToArray();
        return new(kept.Select(name => _columns[name]), Count, Format.Follow(name => kept.Contains(name) ? name : null));
    }

    /// <summary>The same data set with one more column.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">A value per row: an array or list of numbers, strings, arrays.</param>
    /// <exception cref="DatasetException">The name is taken, the count is another, or values differ in type.</exception>
    public Dataset AddColumn(string name, System.Collections.IEnumerable values)
    {
        if (_columns.Contains(name))
            throw new DatasetException($"There is a column '{name}' already; remove or rename it first.");
        return With([.. _columns.All, ColumnFactory.Create(name, values)]);
    }

    /// <summary>The same data set with a column converted: numbers to numbers where nothing is lost, numbers to and from text, names or numbers to a <see cref="ClassLabel"/>, lists item by item.</summary>
    /// <exception cref="DatasetException">There is no such column, or a value cannot be converted; the message names its row.</exception>
    public Dataset CastColumn(string name, Feature feature)
    {
        ArgumentNullException.ThrowIfNull(feature);
        return new(_columns.Replace(name, ColumnCast.Cast(_columns[name], feature)), Format);
    }

    /// <summary>The same data set with a column of names (or numbers) turned into class numbers; the names are sorted by code point, as Python sorts.</summary>
    /// <exception cref="DatasetException">There is no such column, or it holds lists or fractions.</exception>
    public Dataset ClassEncodeColumn(string name)
    {
        var column = _columns[name];
        if (column.Feature is not Value { Dtype: "string" or "int64" or "int32" or "bool" })
            throw new DatasetException($"Column '{name}' holds {column.Feature}; only text, integers and truth values can be turned into classes.");
        var texts = ColumnCast.Cast(column, new Value("string"));
        var names = texts.OfType<string>().Distinct().Order(CodePointOrder.Instance).ToArray();
        if (names.Length == 0)
            throw new DatasetException($"Column '{name}' has no value from which classes could be made.");
        return new(_columns.Replace(name, ColumnCast.Cast(texts, new ClassLabel(names))), Format);
    }

    /// <summary>The different values of a column, in the order of their first occurrence; null is one of them where a row has no value.</summary>
    /// <exception cref="DatasetException">There is no such column, or it holds lists or records.</exception>
    public IReadOnlyList<object?> Unique(string column) => _columns[column].Feature is Sequence or Struct
        ? throw new DatasetException($"Column '{column}' holds {_columns[column].Feature}; only single values can be compared.")
        : [.. _columns[column].Distinct()];
}
