using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// The types of the columns of the files of a stream. They are declared by <see cref="DatasetLoadOptions.Features"/> or inferred from the
/// start of the first file. All other rows must have these types, because a stream cannot be read again when a later value differs.
/// </summary>
/// <remarks>Thread safety: instances can be used from several threads at once.</remarks>
internal sealed class FileSchema
{
    /// <summary>The number of rows, and their size in bytes, from which types are inferred.</summary>
    internal const int HeadRows = 10_000, HeadBytes = 10 << 20;

    private readonly Lazy<OrderedDictionary<string, Feature>> _features;
    private readonly DatasetLoadOptions _options;

    /// <param name="options">The options.</param>
    /// <param name="shards">Returns the files of the stream, at least one.</param>
    internal FileSchema(DatasetLoadOptions options, Func<IReadOnlyList<FileShard>> shards)
    {
        _options = options;
        _features = new(() => Infer(shards()));
    }

    internal IReadOnlyDictionary<string, Feature> Features => _features.Value;

    /// <summary>Returns whether the caller or the dataset card declares the type of a column.</summary>
    internal bool IsDeclared(string column) => _options.HasType(column);

    /// <summary>
    /// Infers the types from the first file that has rows, or whose columns have types without rows (Parquet, Arrow, text).
    /// </summary>
    private OrderedDictionary<string, Feature> Infer(IReadOnlyList<FileShard> shards)
    {
        var (shard, head) = (shards[0], shards[0].ReadHead());
        for (var i = 1; i < shards.Count && head.Count == 0 && !shard.IsTyped; i++)
            (shard, head) = (shards[i], shards[i].ReadHead());
        if (head.ColumnNames.Count == 0 || (head.Count == 0 && !shard.IsTyped))
            throw new DatasetException($"The stream has no rows. Files: {string.Join(", ", shards.Select(file => file.Path))}.");
        var columns = ColumnChoice.Of(_options.Columns, head.ColumnNames, shard.Path);
        var features = new OrderedDictionary<string, Feature>(StringComparer.Ordinal);
        foreach (var name in columns)
            features.Add(name, _options.Features?.GetValueOrDefault(name) ?? Declared(name, head.Features[name], shard));
        foreach (var (name, feature) in _options.Features ?? new Dictionary<string, Feature>())
            if (_options.Columns is null && !features.ContainsKey(name))
                features.Add(name, feature);
        return features;
    }

    /// <summary>
    /// Returns the type that the dataset card declares. For a file that contains types, only the class names of the card are used.
    /// </summary>
    private Feature Declared(string name, Feature stored, FileShard shard) => !_options.DeclaredFeatures.TryGetValue(name, out var declared)
        ? stored
        : shard.IsTyped ? DeclaredClasses.Refine(stored, declared) : declared;

    /// <summary>Converts the columns of a chunk to the types of the stream.</summary>
    /// <param name="chunk">The columns as they were read.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="place">Returns the position of a row of the chunk, for messages.</param>
    /// <exception cref="DatasetException">A value has another type, or there is a column that the first rows do not have.</exception>
    internal ColumnSet Conform(IReadOnlyDictionary<string, Column> chunk, int rows, string file, Func<int, string> place)
    {
        foreach (var (name, column) in chunk)
            if (!Features.ContainsKey(name) && _options.Columns is null && FirstValue(column) is { } row)
                throw new DatasetException($"'{file}', {place(row)}: the row has a field '{name}', but the first rows of the stream have "
                    + $"only the fields {string.Join(", ", Features.Keys)}. Declare all fields with DatasetLoadOptions.Features, or select "
                    + "columns with DatasetLoadOptions.Columns.");
        return new ColumnSet(Features.Select(feature => chunk.TryGetValue(feature.Key, out var column)
            ? Conform(column, feature.Value, file, place)
            : new Column(feature.Key, feature.Value, new NullData(rows), RowIndex.All(rows))), rows);
    }

    private Column Conform(Column column, Feature target, string file, Func<int, string> place)
    {
        if (column.Feature == target)
            return column;
        if (target.Matches(column.Feature) && target.Unify(column.Feature) == target)
            return new Column(column.Name, target, column.Data.Conform(target), column.Rows);
        if (IsDeclared(column.Name) || AreNumbers(column.Feature, target))
            try
            {
                return ColumnCast.Cast(column, target);
            }
            catch (DatasetException error) when (error.InnerException is { } cause)
            {
                throw Mismatch(column, target, FirstFailure(column, target), file, place, cause);
            }
        throw Mismatch(column, target, FirstValue(column) ?? 0, file, place, null);
    }

    /// <summary>Whether the types differ only in the kind of their numbers, such as 1 and 1.5.</summary>
    private static bool AreNumbers(Feature from, Feature to) => (from, to) switch
    {
        (Value { Dtype: "int64" or "float64" }, Value { Dtype: "int64" or "float64" }) => true,
        (Value { Dtype: "null" }, _) => true,
        (Sequence first, Sequence second) => AreNumbers(first.Element, second.Element),
        (Struct first, Struct second) => first.Fields.All(field => second.Fields.TryGetValue(field.Key, out var other)
            && (field.Value == other || AreNumbers(field.Value, other))),
        _ => from == to,
    };

    private DatasetException Mismatch(
        Column column, Feature target, int row, string file, Func<int, string> place, Exception? cause)
    {
        var reason = cause is null ? "" : ErrorText.Of(cause);
        return new($"'{file}', {place(row)}, column '{column.Name}': the value {ValueText.Show(column[row])} is not {target}"
            + (_options.Features?.ContainsKey(column.Name) == true ? $", the type of DatasetLoadOptions.Features. {reason}"
                : $", the type of the first rows of the stream. {reason}{(reason.Length > 0 ? " " : "")}"
                    + $"Set the type of the column with DatasetLoadOptions.Features, such as [\"{column.Name}\"] = new Value(\"string\")."),
            cause);
    }

    private static int? FirstValue(Column column)
    {
        for (var row = 0; row < column.Count; row++)
            if (!column.IsNull(row))
                return row;
        return null;
    }

    private static int FirstFailure(Column column, Feature target)
    {
        for (var row = 0; row < column.Count - 1; row++)
            try
            {
                ColumnCast.Cast(column.WithRows(column.Rows.Slice(row, 1)), target);
            }
            catch (DatasetException)
            {
                return row;
            }
        return column.Count - 1;
    }
}
