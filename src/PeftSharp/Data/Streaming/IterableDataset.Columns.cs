namespace PeftSharp.Data;

/// <content>Renaming, removing and converting columns. If the columns are known, a missing column is reported immediately.</content>
public sealed partial class IterableDataset
{
    /// <summary>Returns the stream with a renamed column.</summary>
    /// <exception cref="ArgumentException">The new name is empty.</exception>
    /// <exception cref="DatasetException">
    /// There is no such column, or another column has the new name. If the columns are not known before the rows are read, the enumeration
    /// throws the exception.
    /// </exception>
    public IterableDataset RenameColumn(string original, string renamed) =>
        RenameColumns(new Dictionary<string, string> { [original] = renamed });

    /// <summary>Returns the stream with renamed columns.</summary>
    /// <param name="names">The new names by original name.</param>
    /// <exception cref="ArgumentException">A new name is empty.</exception>
    /// <exception cref="DatasetException">
    /// There is no such column, or two columns would have the same name. If the columns are not known before the rows are read, the
    /// enumeration throws the exception.
    /// </exception>
    public IterableDataset RenameColumns(IReadOnlyDictionary<string, string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var renamed = new Dictionary<string, string>(names, StringComparer.Ordinal);
        foreach (var name in renamed.Values)
            ArgumentException.ThrowIfNullOrEmpty(name, nameof(names));
        return Change($"rename({string.Join(", ", renamed.Select(name => $"{name.Key} -> {name.Value}"))})",
            dataset => dataset.RenameColumns(renamed));
    }

    /// <summary>Returns the stream without these columns.</summary>
    /// <exception cref="DatasetException">
    /// There is no such column. If the columns are not known before the rows are read, the enumeration throws the exception.
    /// </exception>
    public IterableDataset RemoveColumns(params IEnumerable<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        string[] removed = [.. columns];
        return Change($"remove({string.Join(", ", removed)})", dataset => dataset.RemoveColumns(removed));
    }

    /// <summary>Returns the stream with only these columns, in this order.</summary>
    /// <exception cref="DatasetException">
    /// There is no such column. If the columns are not known before the rows are read, the enumeration throws the exception.
    /// </exception>
    public IterableDataset SelectColumns(params IEnumerable<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        string[] kept = [.. columns];
        return Change($"select({string.Join(", ", kept)})", dataset => dataset.SelectColumns(kept));
    }

    /// <summary>
    /// Returns the stream with a column converted to another type. Lists are converted item by item, and structs field by field.
    /// </summary>
    /// <returns>
    /// The new stream. While it is enumerated, a <see cref="DatasetException"/> is thrown if a value cannot be converted.
    /// </returns>
    /// <exception cref="DatasetException">
    /// There is no such column. If the columns are not known before the rows are read, the enumeration throws the exception.
    /// </exception>
    public IterableDataset CastColumn(string name, Feature feature)
    {
        ArgumentNullException.ThrowIfNull(feature);
        return Checked(With(new CastRows(_source, name, feature)));
    }

    private IterableDataset Change(string name, Func<Dataset, Dataset> change) => Checked(With(
        new ChangedColumns(_source, name, columns => change(new Dataset(columns, new DatasetFormat())).Formatted)));

    private static IterableDataset Checked(IterableDataset changed)
    {
        _ = changed.Features;
        return changed;
    }
}
