namespace PeftSharp.Data;

/// <content>Streams of generated rows.</content>
public sealed partial class IterableDataset
{
    /// <summary>Creates a stream from a function that generates the rows (<c>from_generator</c>).</summary>
    /// <remarks>
    /// Each enumeration calls the function again, and the function must generate the same rows each time. To continue at a stored position,
    /// the previous rows are generated again. If the stream has several shards (<see cref="FromGenerator{TShard, T}"/>), only the previous
    /// rows of the current shard are generated again.
    /// </remarks>
    /// <typeparam name="T">
    /// The type of a row: a dictionary of values by column, or a type whose public properties are the columns, as for
    /// <see cref="Dataset.FromRows{T}(IEnumerable{T})"/>.
    /// </typeparam>
    /// <param name="generator">Returns the rows; usually a method with <c>yield return</c>.</param>
    /// <param name="features">
    /// The types of all columns. Values are converted to these types, and a column that a row does not have is null. Default null: the
    /// types are determined from the values.
    /// </param>
    /// <returns>
    /// The stream. While it is enumerated, a <see cref="DatasetException"/> is thrown if the function or the generation of a row fails, if
    /// a row is null, if a value has an unsupported type or cannot be converted, or if a row has a column that <paramref name="features"/>
    /// does not contain.
    /// </returns>
    public static IterableDataset FromGenerator<T>(
        Func<IEnumerable<T>> generator, IReadOnlyDictionary<string, Feature>? features = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return FromGenerator<int, T>(_ => generator(), [0], features);
    }

    /// <summary>
    /// Creates a stream from a function that generates the rows of a shard (<c>gen_kwargs</c>). A shard can be a file in a format that this
    /// library does not read.
    /// </summary>
    /// <inheritdoc cref="FromGenerator{T}"/>
    /// <typeparam name="TShard">The type of the description of a shard, such as a path.</typeparam>
    /// <typeparam name="T">
    /// The type of a row: a dictionary of values by column, or a type whose public properties are the columns, as for
    /// <see cref="Dataset.FromRows{T}(IEnumerable{T})"/>.
    /// </typeparam>
    /// <param name="generator">Returns the rows of a shard.</param>
    /// <param name="shards">
    /// The descriptions of the shards, at least one, in order. <see cref="Shuffle"/> also shuffles the shards.
    /// </param>
    /// <param name="features">
    /// The types of all columns. Values are converted to these types, and a column that a row does not have is null. Default null: the
    /// types are determined from the values.
    /// </param>
    /// <exception cref="ArgumentException">There are no shards.</exception>
    public static IterableDataset FromGenerator<TShard, T>(
        Func<TShard, IEnumerable<T>> generator, IReadOnlyList<TShard> shards, IReadOnlyDictionary<string, Feature>? features = null)
    {
        ArgumentNullException.ThrowIfNull(generator);
        ArgumentNullException.ThrowIfNull(shards);
        if (shards.Count == 0)
            throw new ArgumentException("The list of shards is empty. Pass at least one shard.", nameof(shards));
        var declared = features is null ? null : new OrderedDictionary<string, Feature>(features, StringComparer.Ordinal);
        RowShard[] all = [.. shards.Select((shard, index) => new GeneratorShard<T>(index, () => generator(shard), Values, declared))];
        return new IterableDataset(new ShardSource("generator", all, () => declared));
    }

    private static IEnumerable<KeyValuePair<string, object?>> Values<T>(T row, long index) => row switch
    {
        null => throw new DatasetException($"Row {index} is null. Rows must not be null."),
        IEnumerable<KeyValuePair<string, object?>> values => values,
        System.Collections.IDictionary values => values.Keys.Cast<string>().Select(name => KeyValuePair.Create(name, values[name])),
        _ => RecordTypes.Values(row, RecordTypes.ColumnsOf(typeof(T) == typeof(object) ? row.GetType() : typeof(T))),
    };
}
