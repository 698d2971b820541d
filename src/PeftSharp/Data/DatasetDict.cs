using System.Collections;
using System.Diagnostics.CodeAnalysis;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// A dictionary of datasets by split ("train", "test", …), with methods that apply an operation to each dataset (Python's
/// <c>datasets.DatasetDict</c>).
/// </summary>
/// <remarks>
/// The splits cannot be changed after construction. Methods that transform the datasets return a new dictionary. Only
/// <see cref="SetFormat"/> and <see cref="ResetFormat"/> change the datasets of this dictionary. Thread safety: several threads can use an
/// instance at once, except that <see cref="SetFormat"/> and <see cref="ResetFormat"/> require exclusive access.
/// </remarks>
public sealed partial class DatasetDict : IReadOnlyDictionary<string, Dataset>
{
    private readonly OrderedDictionary<string, Dataset> _splits = new(StringComparer.Ordinal);

    /// <summary>
    /// Creates a dictionary without splits, for an object initializer: <c>new DatasetDict { ["train"] = train, ["test"] = test }</c>.
    /// </summary>
    public DatasetDict() { }

    /// <summary>Creates a dictionary of splits, in the given order.</summary>
    public DatasetDict(IEnumerable<KeyValuePair<string, Dataset>> splits)
    {
        ArgumentNullException.ThrowIfNull(splits);
        foreach (var (name, dataset) in splits)
            this[name] = dataset;
    }

    /// <summary>The dataset of a split.</summary>
    /// <exception cref="DatasetException">There is no such split; the message lists the splits.</exception>
    public Dataset this[string split]
    {
        get => _splits.TryGetValue(split, out var dataset)
            ? dataset
            : throw new DatasetException(
                $"There is no split '{split}'. Splits: {NameList.Of(_splits.Keys)}.");
        init => _splits[split] = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The number of splits.</summary>
    public int Count => _splits.Count;

    /// <summary>The names of the splits.</summary>
    public IEnumerable<string> Keys => _splits.Keys;

    /// <summary>The datasets of the splits.</summary>
    public IEnumerable<Dataset> Values => _splits.Values;

    /// <summary>The number of rows of each split.</summary>
    public IReadOnlyDictionary<string, int> NumRows =>
        new OrderedDictionary<string, int>(_splits.Select(split => KeyValuePair.Create(split.Key, split.Value.Count)));

    /// <summary>The column names of each split.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ColumnNames =>
        new OrderedDictionary<string, IReadOnlyList<string>>(
            _splits.Select(split => KeyValuePair.Create(split.Key, split.Value.ColumnNames)));

    /// <inheritdoc cref="Dataset.Map{TValue}(Func{Row, IReadOnlyDictionary{string, TValue}}, IEnumerable{string}?, int,
    /// MapCache?, IProgress{MapProgress}?, CancellationToken)"/>
    public DatasetDict Map<TValue>(
        Func<Row, IReadOnlyDictionary<string, TValue>> function, IEnumerable<string>? removeColumns = null, int numProc = 1,
        MapCache? cache = null, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Each(split => split.Map(function, removeColumns, numProc, cache, progress, cancellationToken));

    /// <inheritdoc cref="Dataset.Map{TValue}(Func{Row, int, IReadOnlyDictionary{string, TValue}}, IEnumerable{string}?, int,
    /// MapCache?, IProgress{MapProgress}?, CancellationToken)"/>
    public DatasetDict Map<TValue>(
        Func<Row, int, IReadOnlyDictionary<string, TValue>> function, IEnumerable<string>? removeColumns = null, int numProc = 1,
        MapCache? cache = null, IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Each(split => split.Map(function, removeColumns, numProc, cache, progress, cancellationToken));

    /// <inheritdoc cref="Dataset.Map{TValue}(Func{Batch, IReadOnlyDictionary{string, TValue}}, bool, int, IEnumerable{string}?, int,
    /// MapCache?, IProgress{MapProgress}?, CancellationToken)"/>
    public DatasetDict Map<TValue>(
        Func<Batch, IReadOnlyDictionary<string, TValue>> function, bool batched, int batchSize = 1000,
        IEnumerable<string>? removeColumns = null, int numProc = 1, MapCache? cache = null, IProgress<MapProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Each(split => split.Map(function, batched, batchSize, removeColumns, numProc, cache, progress, cancellationToken));

    /// <inheritdoc cref="Dataset.Filter(Func{Row, bool}, int, IProgress{MapProgress}?, CancellationToken)"/>
    public DatasetDict Filter(
        Func<Row, bool> function, int numProc = 1, IProgress<MapProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Each(split => split.Filter(function, numProc, progress, cancellationToken));

    /// <inheritdoc cref="Dataset.Filter(Func{Batch, IEnumerable{bool}}, bool, int, int, IProgress{MapProgress}?, CancellationToken)"/>
    public DatasetDict Filter(Func<Batch, IEnumerable<bool>> function, bool batched, int batchSize = 1000, int numProc = 1,
        IProgress<MapProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Each(split => split.Filter(function, batched, batchSize, numProc, progress, cancellationToken));

    /// <inheritdoc cref="Dataset.RenameColumn"/>
    public DatasetDict RenameColumn(string original, string renamed) => Each(split => split.RenameColumn(original, renamed));

    /// <inheritdoc cref="Dataset.RenameColumns"/>
    public DatasetDict RenameColumns(IReadOnlyDictionary<string, string> names) => Each(split => split.RenameColumns(names));

    /// <inheritdoc cref="Dataset.RemoveColumns"/>
    public DatasetDict RemoveColumns(params IEnumerable<string> columns) => Each(split => split.RemoveColumns(columns));

    /// <inheritdoc cref="Dataset.SelectColumns"/>
    public DatasetDict SelectColumns(params IEnumerable<string> columns) => Each(split => split.SelectColumns(columns));

    /// <inheritdoc cref="Dataset.CastColumn"/>
    public DatasetDict CastColumn(string name, Feature feature) => Each(split => split.CastColumn(name, feature));

    /// <summary>
    /// Converts a column of strings, integers or booleans, or of lists of these values, to class ids (<see cref="ClassLabel"/>). A class
    /// has the same id in all splits.
    /// </summary>
    /// <exception cref="DatasetException">
    /// A split has no such column, the column has another type, its types differ between the splits, or it contains no value other than
    /// null.
    /// </exception>
    public DatasetDict ClassEncodeColumn(string name)
    {
        if (Count == 0)
            return this;
        var all = Datasets.ConcatenateDatasets([.. Values.Select(split => split.SelectColumns(name))]).ClassEncodeColumn(name);
        return CastColumn(name, all.Features[name]);
    }

    /// <inheritdoc cref="Dataset.AlignLabelsWithMapping"/>
    public DatasetDict AlignLabelsWithMapping(IReadOnlyDictionary<string, int> label2Id, string labelColumn) =>
        Each(split => split.AlignLabelsWithMapping(label2Id, labelColumn));

    /// <summary>Returns the class names of a column of class ids, or of lists of class ids, by class id.</summary>
    /// <exception cref="DatasetException">
    /// There is no split, a split has no such column, the column has no class names, or the class names differ between the splits.
    /// </exception>
    public IReadOnlyList<string> GetClassNames(string column)
    {
        if (Count == 0)
            throw new DatasetException("The dictionary has no splits, so there are no class names.");
        var (first, names) = (Keys.First(), Values.First().GetClassNames(column));
        foreach (var (split, dataset) in _splits)
            if (dataset.GetClassNames(column) is var others && !others.SequenceEqual(names))
                throw new DatasetException($"The class names of column '{column}' are {string.Join(", ", names)} in the split '{first}', "
                    + $"but {string.Join(", ", others)} in the split '{split}'. Call AlignLabelsWithMapping with a mapping "
                    + "that contains all class names, so that all splits have the same class ids.");
        return names;
    }

    /// <inheritdoc cref="Dataset.SetFormat"/>
    public void SetFormat(string? type = null, IEnumerable<string>? columns = null, bool outputAllColumns = false)
    {
        var names = columns?.ToArray();
        foreach (var split in Values)
            split.SetFormat(type, names, outputAllColumns);
    }

    /// <inheritdoc cref="Dataset.ResetFormat"/>
    public void ResetFormat() => SetFormat();

    /// <inheritdoc cref="Dataset.WithFormat"/>
    public DatasetDict WithFormat(string? type = null, IEnumerable<string>? columns = null, bool outputAllColumns = false)
    {
        var names = columns?.ToArray();
        return Each(split => split.WithFormat(type, names, outputAllColumns));
    }

    /// <inheritdoc cref="Dataset.Shuffle"/>
    public DatasetDict Shuffle(long? seed = null) => Each(split => split.Shuffle(seed));

    /// <inheritdoc cref="Dataset.Sort(string, bool, NullPlacement)"/>
    public DatasetDict Sort(string column, bool reverse = false, NullPlacement nullPlacement = NullPlacement.AtEnd) =>
        Each(split => split.Sort(column, reverse, nullPlacement));

    /// <inheritdoc cref="Dataset.FlattenIndices"/>
    public DatasetDict FlattenIndices() => Each(split => split.FlattenIndices());

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _splits.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Dataset value) => _splits.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, Dataset>> GetEnumerator() => _splits.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"DatasetDict({{{string.Join(", ", _splits.Select(split => $"{split.Key}: {split.Value}"))}}})";

    private DatasetDict Each(Func<Dataset, Dataset> change) =>
        new(_splits.Select(split => KeyValuePair.Create(split.Key, change(split.Value))));
}
