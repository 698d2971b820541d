using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The rows of several streams, alternately or at random (<c>interleave_datasets</c>).</summary>
/// <param name="sources">The streams.</param>
/// <param name="cumulative">The cumulative probabilities of the streams. Null: they alternate.</param>
/// <param name="seed">The seed of the random choice; null if the streams alternate.</param>
/// <param name="strategy">When to stop.</param>
internal sealed class InterleavedRows(
    IReadOnlyList<RowSource> sources, double[]? cumulative, StreamSeed? seed, StoppingStrategy strategy) : RowSource
{
    internal override IReadOnlyDictionary<string, Feature>? Features => SourceFeatures.Of(sources);

    internal override long? RowCount => strategy == StoppingStrategy.AllExhaustedWithoutReplacement
        ? sources.Aggregate((long?)0, (sum, source) => sum + source.RowCount)
        : null;

    internal override int NumShards => sources.Min(source => source.NumShards);

    internal override string Description => $"interleave({string.Join("; ", sources.Select(source => source.Description))}"
        + $"; {seed?.ToString() ?? "alternately"}, {strategy})";

    internal override IEnumerable<StreamSeed> Seeds =>
        [.. sources.SelectMany(source => source.Seeds), .. seed is null ? [] : new[] { seed }];

    internal override RowSource Unshuffled => With(source => source.Unshuffled);

    internal override RowSource? WithShuffledShards(NumpyRandom random)
    {
        var shuffled = sources.Select(source => source.WithShuffledShards(random)).ToArray();
        return shuffled.Contains(null) ? null : new InterleavedRows(shuffled!, cumulative, seed, strategy);
    }

    internal override RowSource Shard(int count, int index) => With(source => source.Shard(count, index));

    private InterleavedRows With(Func<RowSource, RowSource> change) => new([.. sources.Select(change)], cumulative, seed, strategy);

    internal override RowCursor Open(int epoch, JsonObject? state) => new Cursor(this, epoch, state);

    /// <summary>Reads each stream one row ahead, because the strategy must know whether a stream has ended.</summary>
    private sealed class Cursor : RowCursor
    {
        private readonly InterleavedRows _rows;
        private readonly int _epoch;
        private readonly TrackedCursor[] _cursors;
        private readonly Row?[] _ahead;            // the next row of each stream; null if it has not been read yet
        private readonly bool[] _exhausted;
        private readonly NumpyRandom? _random;
        private int _next;

        internal Cursor(InterleavedRows rows, int epoch, JsonObject? state)
        {
            (_rows, _epoch, _random) = (rows, epoch, rows.Seed?.Generator(epoch));
            var count = rows.Sources.Count;
            (_ahead, _exhausted, _cursors) = (new Row?[count], new bool[count], new TrackedCursor[count]);
            var saved = state?.List("sources", count);
            try
            {
                for (var i = 0; i < count; i++)
                    _cursors[i] = new TrackedCursor(rows.Sources[i], epoch, saved?[i] as JsonObject);
                if (state is null)
                    return;
                var exhausted = state.List("exhausted", count);
                for (var i = 0; i < count; i++)
                    _exhausted[i] = exhausted[i]!.GetValue<bool>();
                _next = (int)state.Integer("next");
                _random?.Restore(state.Text("random"));
            }
            catch (Exception error)
            {
                Dispose();
                if (error is FormatException or InvalidOperationException)
                    throw StreamState.Malformed("random");
                throw;
            }
        }

        internal override bool MoveNext()
        {
            while (!IsAtEnd())
            {
                var source = Choose();
                if (_rows.Strategy == StoppingStrategy.AllExhaustedWithoutReplacement && _exhausted[source])
                    continue;
                var row = _ahead[source] ?? Read(source);
                _ahead[source] = row is null ? null : Read(source);
                if (_ahead[source] is null)
                    Exhaust(source);
                if (row is null)
                    continue;
                Current = row;
                return true;
            }
            return false;
        }

        private bool IsAtEnd() =>
            _rows.Strategy == StoppingStrategy.FirstExhausted ? _exhausted.Contains(true) : !_exhausted.Contains(false);

        private int Choose()
        {
            if (_random is not null)
                return _random.Choose(_rows.Cumulative);
            var source = _next;
            _next = (_next + 1) % _cursors.Length;
            return source;
        }

        private Row? Read(int source)
        {
            var cursor = _cursors[source];
            cursor.Forget(cursor.Position);
            return cursor.MoveNext() ? cursor.Current : null;
        }

        private void Exhaust(int source)
        {
            _exhausted[source] = true;
            if (_rows.Strategy != StoppingStrategy.AllExhausted || IsAtEnd())
                return;
            _cursors[source].Dispose();
            _cursors[source] = new TrackedCursor(_rows.Sources[source], _epoch, null);
        }

        internal override JsonObject SaveState() => new()
        {
            ["sources"] = new JsonArray([.. _cursors.Select((cursor, i) =>
                (JsonNode)cursor.StateAt(_ahead[i] is null ? cursor.Position : cursor.Position - 1))]),
            ["exhausted"] = new JsonArray([.. _exhausted.Select(exhausted => (JsonNode)exhausted)]),
            ["next"] = _next,
            ["random"] = _random?.Save(),
        };

        public override void Dispose()
        {
            foreach (var cursor in _cursors)
                cursor?.Dispose();
        }
    }

    private IReadOnlyList<RowSource> Sources => sources;

    private double[] Cumulative => cumulative ?? [];

    private StreamSeed? Seed => seed;

    private StoppingStrategy Strategy => strategy;
}
