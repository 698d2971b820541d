using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>
/// The rows in a random order: the order of the shards is random, several shards are read alternately, and rows are drawn from a buffer.
/// </summary>
/// <remarks>With the same seed, the order is the same as in <c>datasets</c>.</remarks>
/// <param name="input">The stream.</param>
/// <param name="seed">The seed.</param>
/// <param name="bufferSize">The number of rows in the buffer.</param>
/// <param name="maxShards">The maximum number of shards that are read alternately.</param>
internal sealed class ShuffledRows(RowSource input, StreamSeed seed, int bufferSize, int maxShards) : RowOperation(input)
{
    internal override IReadOnlyDictionary<string, Feature>? Features => Input.Features;

    internal override long? RowCount => Input.RowCount;

    internal override IEnumerable<StreamSeed> Seeds => [.. Input.Seeds, seed];

    internal override RowSource Unshuffled => Input.Unshuffled;

    private protected override string OwnDescription => $"shuffle({seed}, buffer {bufferSize}, shards {maxShards})";

    private protected override RowSource WithInput(RowSource input) => new ShuffledRows(input, seed, bufferSize, maxShards);

    internal override RowCursor Open(int epoch, JsonObject? state)
    {
        var rows = Input.WithShuffledShards(seed.Generator(epoch));
        var shards = rows is null ? 1 : Math.Min(rows.NumShards, maxShards);
        var source = shards > 1
            ? new InterleavedRows([.. Enumerable.Range(0, shards).Select(index => rows!.Shard(shards, index))], null, null,
                StoppingStrategy.AllExhaustedWithoutReplacement)
            : rows ?? Input;
        return new Cursor(new TrackedCursor(source, epoch, state?.Object("rows")), seed.Generator(epoch), bufferSize, state);
    }

    /// <summary>
    /// A state contains the positions of the rows in the buffer, not the rows, so the size of the state does not depend on the content of
    /// the rows. When a state is loaded, the stream is read from the oldest of these rows.
    /// </summary>
    private sealed class Cursor : RowCursor
    {
        private const int DrawsAtOnce = 1000;      // as in datasets; the value affects the order of the last rows

        private readonly TrackedCursor _rows;
        private readonly NumpyRandom _random;
        private readonly int _size;
        private readonly List<(Row Row, long Position)> _buffer = [];
        private int _draws;                        // number of draws since the last multiple of DrawsAtOnce
        private bool _isAtEnd;
        private int _returned;                     // number of rows returned from the buffer after the end of the stream
        private long _forgotten;

        internal Cursor(TrackedCursor rows, NumpyRandom random, int size, JsonObject? state)
        {
            (_rows, _random, _size) = (rows, random, size);
            if (state is null)
                return;
            try
            {
                Load(state);
            }
            catch
            {
                rows.Dispose();
                throw;
            }
        }

        private void Load(JsonObject state)
        {
            try
            {
                _random.Restore(state.Text("random"));
            }
            catch (FormatException)
            {
                throw StreamState.Malformed("random");
            }
            (_draws, _isAtEnd) = ((int)state.Integer("draws"), state.Boolean("end"));
            var positions = state.Unpack("buffer");
            var slots = positions.Select((position, slot) => (position, slot)).OrderBy(entry => entry.position).ToArray();
            var found = new (Row, long)[positions.Length];
            var (read, next) = (state.Integer("read"), 0);
            while (_rows.Position < read)
            {
                if (!_rows.MoveNext())
                    throw new DatasetException("The stream has fewer rows than when its state was stored, so it cannot be continued. "
                        + "Start the stream from the beginning.");
                if (next < slots.Length && slots[next].position == _rows.Position - 1)
                    found[slots[next++].slot] = (_rows.Current, _rows.Position - 1);
            }
            if (next < slots.Length)
                throw StreamState.Malformed("buffer");
            _buffer.AddRange(found);
        }

        internal override bool MoveNext()
        {
            while (!_isAtEnd)
            {
                if (!_rows.MoveNext())
                {
                    End();
                    break;
                }
                var entry = (_rows.Current, _rows.Position - 1);
                if (_buffer.Count < _size)
                {
                    _buffer.Add(entry);
                    continue;
                }
                var slot = (int)_random.Integer(0, _size);
                _draws = (_draws + 1) % DrawsAtOnce;
                Current = _buffer[slot].Row;
                _buffer[slot] = entry;
                if (_rows.Position - _forgotten > Math.Max(_size, DrawsAtOnce))
                    Forget();
                return true;
            }
            if (_returned == _buffer.Count)
                return false;
            Current = _buffer[_returned].Row;
            _buffer[_returned++] = default;       // so that the memory of the row can be freed
            return true;
        }

        private void End()
        {
            _isAtEnd = true;
            for (; _draws > 0; _draws = (_draws + 1) % DrawsAtOnce)
                _ = _random.Integer(0, _size);
            _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_buffer));
        }

        private void Forget()
        {
            _forgotten = _rows.Position;
            _rows.Forget(_buffer.Min(entry => entry.Position));
        }

        internal override JsonObject SaveState()
        {
            var held = _buffer.Skip(_returned).Select(entry => entry.Position).ToArray();
            var oldest = held.Length > 0 ? held.Min() : _rows.Position;
            return new JsonObject
            {
                ["rows"] = _rows.StateAt(oldest),
                ["read"] = _rows.Position - oldest,
                ["buffer"] = StreamState.Pack(Array.ConvertAll(held, position => checked((int)(position - oldest)))),
                ["end"] = _isAtEnd,
                ["draws"] = _draws,
                ["random"] = _random.Save(),
            };
        }

        public override void Dispose() => _rows.Dispose();
    }
}
