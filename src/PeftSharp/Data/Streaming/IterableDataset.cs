using System.Collections;
using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>
/// A stream of rows that are read one after the other while they are enumerated, so that they need not fit into memory (Python's
/// <c>datasets.IterableDataset</c>).
/// </summary>
/// <remarks>
/// <para>
/// Methods such as <c>Map</c> and <see cref="Shuffle"/> return a new stream; the operation runs while the rows of the new stream are
/// enumerated. Each enumeration starts at the first row, or at the position of <see cref="LoadStateDict"/>. It returns the same rows as the
/// previous enumeration, if the epoch is the same, the caller's functions return the same values, and the files have not changed.
/// </para>
/// <para>
/// Not thread-safe: enumerate a stream from one thread at a time, because <see cref="StateDict"/> returns the position of the most recent
/// enumeration. Streams that were created from the same stream can be enumerated from several threads at once.
/// </para>
/// </remarks>
public sealed partial class IterableDataset : DatasetBase, IEnumerable<Row>
{
    private const int Version = 1;

    private readonly RowSource _source;
    private JsonObject? _start;              // the state that was loaded; null: enumerations start at the first row
    private Func<JsonObject>? _position;     // returns the state of the last enumeration

    internal IterableDataset(RowSource source) => _source = source;

    /// <summary>The types of the columns, by name; null if they are not known before the rows are read, such as after <c>Map</c>.</summary>
    /// <exception cref="DatasetException">
    /// A file is malformed, or streams that were combined have different columns or types.
    /// </exception>
    public IReadOnlyDictionary<string, Feature>? Features => _source.Features;

    /// <summary>The names of the columns; null if they are not known before the rows are read.</summary>
    /// <exception cref="DatasetException">
    /// A file is malformed, or streams that were combined have different columns or types.
    /// </exception>
    public IReadOnlyList<string>? ColumnNames => Features is { } features ? [.. features.Keys] : null;

    /// <summary>
    /// The number of rows; null if it is not known before the rows are read. It is known for rows in memory and for Parquet files. It
    /// remains known after operations such as <c>Take</c>, <c>Shuffle</c>, or <c>Map</c> with a function of a row, but not after
    /// operations such as <c>Filter</c>, or <c>Map</c> with a function of a batch.
    /// </summary>
    /// <exception cref="DatasetException">A Parquet file is malformed.</exception>
    public long? RowCount => _source.RowCount;

    /// <summary>The number of parts, such as files, that <see cref="Shuffle"/> reads in random order (<c>num_shards</c>).</summary>
    public int NumShards => _source.NumShards;

    /// <summary>The epoch, counted from 0. The epoch determines the order of shuffled rows.</summary>
    public int Epoch { get; private set; }

    internal RowSource Source => _source;

    /// <summary>
    /// Sets the epoch of the following enumerations (<c>set_epoch</c>). Shuffled rows have a different order in each epoch; the order
    /// depends only on the seed and the epoch.
    /// </summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The epoch is negative.</exception>
    public void SetEpoch(int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        if (epoch != Epoch)
            (_start, _position) = (null, null);
        Epoch = epoch;
    }

    /// <summary>
    /// Returns the position after the row that the most recent enumeration returned last (<c>state_dict</c>). The position is a JSON object
    /// that can be stored as text. <see cref="LoadStateDict"/> continues at this position.
    /// </summary>
    /// <remarks>
    /// The state contains no rows. It contains positions in the files, and the positions of the rows in the buffer of
    /// <see cref="Shuffle"/>; in Python, the rows in this buffer are lost.
    /// </remarks>
    public JsonObject StateDict() => _position?.Invoke() ?? (JsonObject?)_start?.DeepClone() ?? StateOf(Epoch, null);

    /// <summary>
    /// Makes the following enumerations start at a stored position, in the epoch of the state (<c>load_state_dict</c>). The rows are the
    /// same as without the interruption. Calling <see cref="SetEpoch"/> with another epoch discards the position.
    /// </summary>
    /// <param name="stateDict">The result of <see cref="StateDict"/> of a stream with the same sources and operations.</param>
    /// <exception cref="DatasetException">
    /// The state is damaged, has an unsupported version, or belongs to another stream. In the last case, the message contains the
    /// descriptions of both streams.
    /// </exception>
    public void LoadStateDict(JsonObject stateDict)
    {
        ArgumentNullException.ThrowIfNull(stateDict);
        LoadSeeds(stateDict);
        (_start, _position) = ((JsonObject)stateDict.DeepClone(), null);
        Epoch = (int)stateDict.Integer("epoch");
    }

    /// <summary>
    /// Checks that a state belongs to this stream, and replaces the seeds that were drawn at random by the seeds in the state.
    /// </summary>
    /// <exception cref="DatasetException">The state is damaged, or belongs to another stream.</exception>
    internal void LoadSeeds(JsonObject stateDict)
    {
        if (stateDict.Integer("version") != Version)
            throw new DatasetException(
                $"The state of the stream has version {stateDict.Integer("version")}, but only version {Version} is supported.");
        if (stateDict.Text("stream") is var stored && stored != _source.Description)
            throw new DatasetException($"The state belongs to the stream {stored}, but this stream is {_source.Description}. "
                + "Load the state into a stream with the same files and operations, or start the stream from the beginning.");
        var seeds = _source.Seeds.ToArray();
        foreach (var (seed, saved) in seeds.Zip(stateDict.List("seeds", seeds.Length)))
            seed.Load(saved is JsonValue value && value.TryGetValue<long>(out var number) ? number : throw StreamState.Malformed("seeds"));
    }

    /// <inheritdoc/>
    public IEnumerator<Row> GetEnumerator()
    {
        var rows = new Enumerator(this, Epoch, _start?["position"] as JsonObject);
        _position = rows.SaveState;
        return rows;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public override string ToString() => $"IterableDataset({{source: {_source.Description}, num_shards: {NumShards}}})";

    /// <summary>Opens the stream for the trainer, without an effect on <see cref="StateDict"/>.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="state">
    /// The state of the rows (<see cref="TrackedCursor.StateAt"/>) and the index of the next row. Null: the position of
    /// <see cref="LoadStateDict"/> if this position is in the epoch, otherwise the start.
    /// </param>
    /// <returns>The rows, and the index of the first one.</returns>
    internal (TrackedCursor Rows, long Index) Track(int epoch, JsonObject? state)
    {
        if (state is not null)
            return (new TrackedCursor(_source, epoch, state.Object("rows")), state.Integer("row"));
        if (epoch == Epoch && _start?["position"] is JsonObject position)
            return (new TrackedCursor(_source, epoch, new JsonObject { ["rows"] = position["rows"]?.DeepClone(), ["skip"] = 0 }),
                position.Integer("row"));
        return (new TrackedCursor(_source, epoch, null), 0);
    }

    /// <summary>Returns the state for <see cref="LoadStateDict"/>.</summary>
    /// <param name="epoch">The epoch.</param>
    /// <param name="position">The state of the rows and the index of the next row; null: the start.</param>
    internal JsonObject StateOf(int epoch, JsonObject? position) => new()
    {
        ["version"] = Version,
        ["stream"] = _source.Description,
        ["epoch"] = epoch,
        ["seeds"] = new JsonArray([.. _source.Seeds.Select(seed => (JsonNode)seed.Value)]),
        ["position"] = position,
    };

    private IterableDataset With(RowSource source) => new(source) { Epoch = Epoch };

    private sealed class Enumerator(IterableDataset dataset, int epoch, JsonObject? start) : IEnumerator<Row>
    {
        private RowCursor? _rows;
        private long _index = start?.Integer("row") ?? 0;
        private JsonObject? _end;            // the state when the enumerator was disposed

        public Row Current { get; private set; } = null!;

        object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            ObjectDisposedException.ThrowIf(_end is not null, this);
            _rows ??= dataset._source.Open(epoch, start?["rows"] as JsonObject);
            if (!_rows.MoveNext())
                return false;
            Current = new Row(_rows.Current.Columns, _rows.Current.Position, _index++);
            return true;
        }

        internal JsonObject SaveState() => dataset.StateOf(epoch, Position());

        private JsonObject? Position() => (JsonObject?)_end?.DeepClone()
            ?? (_rows is null ? (JsonObject?)start?.DeepClone() : new JsonObject { ["rows"] = _rows.SaveState(), ["row"] = _index });

        public void Reset() => throw new NotSupportedException("Call GetEnumerator for a new enumeration.");

        public void Dispose()
        {
            if (_end is not null || _rows is null)
                return;
            _end = Position();
            _rows.Dispose();
            _rows = null;
        }
    }
}
