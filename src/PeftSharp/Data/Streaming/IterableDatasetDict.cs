using System.Collections;
using System.Diagnostics.CodeAnalysis;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// A dictionary of streams by split ("train", "test", …), with methods that apply an operation to each stream (Python's
/// <c>datasets.IterableDatasetDict</c>).
/// </summary>
/// <remarks>
/// The splits cannot be changed after construction; methods such as <c>Map</c> return a new dictionary. Thread safety: several threads
/// can use an instance at once, but only one thread at a time can enumerate a stream.
/// </remarks>
public sealed class IterableDatasetDict : IReadOnlyDictionary<string, IterableDataset>
{
    private readonly OrderedDictionary<string, IterableDataset> _splits = new(StringComparer.Ordinal);

    /// <summary>Creates a dictionary of splits, in the given order.</summary>
    public IterableDatasetDict(IEnumerable<KeyValuePair<string, IterableDataset>> splits)
    {
        ArgumentNullException.ThrowIfNull(splits);
        foreach (var (name, dataset) in splits)
            _splits[name] = dataset ?? throw new ArgumentNullException(nameof(splits), $"The stream '{name}' is null.");
    }

    /// <summary>The stream of a split.</summary>
    /// <exception cref="DatasetException">There is no such split; the message lists the splits.</exception>
    public IterableDataset this[string split] => _splits.TryGetValue(split, out var dataset)
        ? dataset
        : throw new DatasetException(
            $"There is no split '{split}'. Splits: {NameList.Of(_splits.Keys)}.");

    /// <summary>The number of splits.</summary>
    public int Count => _splits.Count;

    /// <summary>The names of the splits.</summary>
    public IEnumerable<string> Keys => _splits.Keys;

    /// <summary>The streams of the splits.</summary>
    public IEnumerable<IterableDataset> Values => _splits.Values;

    /// <inheritdoc cref="IterableDataset.Map{TValue}(Func{Row, IReadOnlyDictionary{string, TValue}}, IEnumerable{string}?)"/>
    public IterableDatasetDict Map<TValue>(
        Func<Row, IReadOnlyDictionary<string, TValue>> function, IEnumerable<string>? removeColumns = null) =>
        Each(split => split.Map(function, removeColumns));

    /// <inheritdoc cref="IterableDataset.Map{TValue}(Func{Row, int, IReadOnlyDictionary{string, TValue}}, IEnumerable{string}?)"/>
    public IterableDatasetDict Map<TValue>(
        Func<Row, int, IReadOnlyDictionary<string, TValue>> function, IEnumerable<string>? removeColumns = null) =>
        Each(split => split.Map(function, removeColumns));

    /// <inheritdoc cref="IterableDataset.Map{TValue}(Func{Batch, IReadOnlyDictionary{string, TValue}}, bool, int, IEnumerable{string}?)"/>
    public IterableDatasetDict Map<TValue>(Func<Batch, IReadOnlyDictionary<string, TValue>> function, bool batched, int batchSize = 1000,
        IEnumerable<string>? removeColumns = null) =>
        Each(split => split.Map(function, batched, batchSize, removeColumns));

    /// <inheritdoc cref="IterableDataset.Filter(Func{Row, bool})"/>
    public IterableDatasetDict Filter(Func<Row, bool> function) => Each(split => split.Filter(function));

    /// <inheritdoc cref="IterableDataset.Filter(Func{Batch, IEnumerable{bool}}, bool, int)"/>
    public IterableDatasetDict Filter(Func<Batch, IEnumerable<bool>> function, bool batched, int batchSize = 1000) =>
        Each(split => split.Filter(function, batched, batchSize));

    /// <inheritdoc cref="IterableDataset.Shuffle"/>
    public IterableDatasetDict Shuffle(long? seed = null, int bufferSize = 1000, int maxBufferInputShards = 10) =>
        Each(split => split.Shuffle(seed, bufferSize, maxBufferInputShards));

    /// <inheritdoc cref="IterableDataset.RenameColumn"/>
    public IterableDatasetDict RenameColumn(string original, string renamed) => Each(split => split.RenameColumn(original, renamed));

    /// <inheritdoc cref="IterableDataset.RenameColumns"/>
    public IterableDatasetDict RenameColumns(IReadOnlyDictionary<string, string> names) => Each(split => split.RenameColumns(names));

    /// <inheritdoc cref="IterableDataset.RemoveColumns"/>
    public IterableDatasetDict RemoveColumns(params IEnumerable<string> columns) => Each(split => split.RemoveColumns(columns));

    /// <inheritdoc cref="IterableDataset.SelectColumns"/>
    public IterableDatasetDict SelectColumns(params IEnumerable<string> columns) => Each(split => split.SelectColumns(columns));

    /// <inheritdoc cref="IterableDataset.CastColumn"/>
    public IterableDatasetDict CastColumn(string name, Feature feature) => Each(split => split.CastColumn(name, feature));

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _splits.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out IterableDataset value) => _splits.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, IterableDataset>> GetEnumerator() => _splits.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() =>
        $"IterableDatasetDict({{{string.Join(", ", _splits.Select(split => $"{split.Key}: {split.Value}"))}}})";

    private IterableDatasetDict Each(Func<IterableDataset, IterableDataset> change) =>
        new(_splits.Select(split => KeyValuePair.Create(split.Key, change(split.Value))));
}
