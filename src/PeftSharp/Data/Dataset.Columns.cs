using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <content>Renaming, removing, adding and converting columns.</content>
public sealed partial class Dataset
{
    /// <summary>Returns the dataset with a renamed column.</summary>
    /// <exception cref="ArgumentException">The new name is empty.</exception>
    /// <exception cref="DatasetException">There is no such column, or another column has the new name.</exception>
    public Dataset RenameColumn(string original, string renamed) => RenameColumns(new Dictionary<string, string> { [original] = renamed });

    /// <summary>Returns the dataset with renamed columns.</summary>
    /// <param name="names">The new names by original name.</param>
    /// <exception cref="ArgumentException">A new name is empty.</exception>
    /// <exception cref="DatasetException">There is no such column, or two columns would have the same name.</exception>
    public Dataset RenameColumns(IReadOnlyDictionary<string, string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (var (original, renamed) in names)
        {
            _ = _columns[original];
            ArgumentException.ThrowIfNullOrEmpty(renamed, nameof(names));
        }
        return new(_columns.All.Select(column => names.TryGetValue(column.Name, out var renamed) ? column.WithName(renamed) : column),
            Count, Format.MapColumns(name => names.GetValueOrDefault(name, name)));
    }

    /// <summary>Returns the dataset without these columns.</summary>
    /// <exception cref="DatasetException">There is no such column.</exception>
    public Dataset RemoveColumns(params IEnumerable<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var removed = columns.ToHashSet(StringComparer.Ordinal);
        foreach (var name in removed)
            _ = _columns[name];
        return new(_columns.All.Where(column => !removed.Contains(column.Name)), Count,
            Format.MapColumns(name => removed.Contains(name) ? null : name));
    }

    /// <summary>Returns the dataset with only these columns, in this order.</summary>
    /// <exception cref="DatasetException">There is no such column, or a name occurs twice.</exception>
    public Dataset SelectColumns(params IEnumerable<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var kept = columns.ToArray();
        return new(kept.Select(name => _columns[name]), Count, Format.MapColumns(name => kept.Contains(name) ? name : null));
    }

    /// <summary>Returns the dataset with an additional column.</summary>
    /// <param name="name">The name of the column.</param>
    /// <param name="values">One value per row: an array or list of numbers, strings, booleans, arrays and so on.</param>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    /// <exception cref="DatasetException">
    /// A column with this name exists, the number of values differs from the number of rows, the values have different types, or a type is
    /// not supported.
    /// </exception>
    public Dataset AddColumn(string name, System.Collections.IEnumerable values)
    {
        if (_columns.Contains(name))
            throw new DatasetException($"A column '{name}' already exists. Remove or rename it first.");
        return With([.. _columns.All, ColumnFactory.Create(name, values)]);
    }

    /// <summary>
    /// Returns the dataset with a column converted to another type. Lists are converted item by item, and structs field by field.
    /// </summary>
    /// <exception cref="DatasetException">
    /// There is no such column, or a value cannot be converted; the message contains the row of the value.
    /// </exception>
    public Dataset CastColumn(string name, Feature feature)
    {
        ArgumentNullException.ThrowIfNull(feature);
        return new(_columns.Replace(name, ColumnCast.Cast(_columns[name], feature)), Format);
    }

    /// <summary>
    /// Returns the dataset with a column of strings, integers or booleans, or of lists of these values, converted to class ids
    /// (<see cref="ClassLabel"/>). The class names are sorted by code point, as in Python.
    /// </summary>
    /// <remarks>
    /// Datasets for named-entity recognition have such lists: each row contains a tag for each word. In Python, <c>class_encode_column</c>
    /// does not convert lists.
    /// </remarks>
    /// <exception cref="DatasetException">
    /// There is no such column, it has another type, or it contains no value other than null.
    /// </exception>
    public Dataset ClassEncodeColumn(string name)
    {
        var column = _columns[name];
        var list = column.Feature as Sequence;
        if ((list?.Element ?? column.Feature) is not Value { Dtype: "string" or "int64" or "int32" or "bool" })
            throw new DatasetException(
                $"Column '{name}' has type {column.Feature}; only strings, integers and booleans can be converted to class ids.");
        Feature OfColumn(Feature item) => list is null ? item : new Sequence(item);
        var texts = ColumnCast.Cast(column, OfColumn(new Value("string")));
        var items = list is null ? texts : texts.OfType<System.Collections.IEnumerable>().SelectMany(row => row.Cast<object?>());
        var names = items.OfType<string>().Distinct().Order(CodePointOrder.Instance).ToArray();
        if (names.Length == 0)
            throw new DatasetException($"Column '{name}' contains no value other than null, so there are no classes.");
        return new(_columns.Replace(name, ColumnCast.Cast(texts, OfColumn(new ClassLabel(names)))), Format);
    }

    /// <summary>Returns the class names of a column of class ids, or of lists of class ids, by class id.</summary>
    /// <exception cref="DatasetException">There is no such column, or it has no class names.</exception>
    public IReadOnlyList<string> GetClassNames(string column) => _columns[column].Feature switch
    {
        ClassLabel label => label.Names,
        Sequence { Element: ClassLabel label } => label.Names,
        var other => throw new DatasetException($"Column '{column}' has type {other}, which has no class names. "
            + $"A column of strings, integers or booleans can be converted with ClassEncodeColumn(\"{column}\")."),
    };

    /// <summary>
    /// Returns the dataset with the class ids of another mapping, such as the mapping of a model (<c>align_labels_with_mapping</c>). The
    /// new id of a label is the id of its class name in <paramref name="label2Id"/>. The case of names is ignored. Null values and the id
    /// -1, which means that there is no label, are kept.
    /// </summary>
    /// <param name="label2Id">The id of each class name, from 0, such as <c>model.Config.Label2Id</c>.</param>
    /// <param name="labelColumn">
    /// A column of class ids, or of lists of class ids. In the result, it has the class names of the mapping.
    /// </param>
    /// <exception cref="ArgumentException">The mapping is empty, or its ids are not 0, 1, 2 and so on.</exception>
    /// <exception cref="DatasetException">
    /// There is no such column, it has no class names, or the mapping has no id for one of the labels in the column.
    /// </exception>
    public Dataset AlignLabelsWithMapping(IReadOnlyDictionary<string, int> label2Id, string labelColumn)
    {
        ArgumentNullException.ThrowIfNull(label2Id);
        if (label2Id.Count == 0)
            throw new ArgumentException("label2Id is empty. Pass the id of each class name.", nameof(label2Id));
        string[] names = [.. label2Id.OrderBy(entry => entry.Value).Select(entry => entry.Key)];
        if (!label2Id.Values.Order().SequenceEqual(Enumerable.Range(0, names.Length)))
            throw new ArgumentException($"label2Id contains the ids {string.Join(", ", label2Id.Values.Order())}. "
                + "The ids must be consecutive numbers from 0, and no two classes may have the same id.", nameof(label2Id));
        var old = GetClassNames(labelColumn);
        long[] ids = [.. old.Select(name => (long)Array.FindIndex(names, other => other.Equals(name, StringComparison.OrdinalIgnoreCase)))];
        var column = _columns[labelColumn];
        var label = new ClassLabel(names);
        var aligned = ColumnFactory.Create(labelColumn, column.Select(Aligned));
        return new(_columns.Replace(labelColumn, aligned.WithFeature(column.Feature is Sequence ? new Sequence(label) : label)), Format);

        object? Aligned(object? value) => value switch
        {
            null => null,
            System.Collections.IEnumerable list => list.Cast<object?>().Select(Aligned).ToArray(),
            _ => NewId(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)),
        };

        long NewId(long id) => id < 0 ? id : ids[(int)id] is >= 0 and var known ? known : throw new DatasetException(
            $"Column '{labelColumn}' contains the class '{old[(int)id]}', which is not in the mapping. "
            + $"Classes of the mapping: {string.Join(", ", names)}.");
    }

    /// <summary>Returns the dataset with another type for a column. The stored values are not changed.</summary>
    internal Dataset WithFeature(string column, Feature feature) =>
        new(_columns.Replace(column, _columns[column].WithFeature(feature)), Format);

    /// <summary>Returns the distinct values of a column, including null, in the order of their first occurrence.</summary>
    /// <exception cref="DatasetException">There is no such column, or it contains lists or structs.</exception>
    public IReadOnlyList<object?> Unique(string column) => _columns[column].Feature is Sequence or Struct
        ? throw new DatasetException($"Column '{column}' has type {_columns[column].Feature}; lists and structs cannot be compared.")
        : [.. _columns[column].DistinctBy(value => value is byte[] bytes ? Convert.ToBase64String(bytes) : value)];
}
