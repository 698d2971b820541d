using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The rows of several shards, one shard after the other.</summary>
/// <param name="kind">The kind of the source, for the description: <c>json</c>, <c>dataset</c> and so on.</param>
/// <param name="shards">The shards, in order.</param>
/// <param name="features">Returns the types of the columns; null if they are not known.</param>
internal sealed class ShardSource(string kind, IReadOnlyList<RowShard> shards, Func<IReadOnlyDictionary<string, Feature>?> features)
    : RowSource
{
    internal override IReadOnlyDictionary<string, Feature>? Features => features();

    internal override int NumShards => shards.Count;

    internal override string Description => $"{kind}({string.Join(", ", shards.Select(shard => shard.Description))})";

    internal override long? RowCount
    {
        get
        {
            var sum = 0L;
            foreach (var shard in shards)
            {
                if (shard.RowCount is not { } count)
                    return null;
                sum += count;
            }
            return sum;
        }
    }

    internal override RowSource WithShuffledShards(NumpyRandom random)
    {
        var shuffled = shards.ToArray();
        random.Shuffle<RowShard>(shuffled);
        return new ShardSource(kind, shuffled, features);
    }

    internal override RowSource Shard(int count, int index)
    {
        var (size, rest) = Math.DivRem(shards.Count, count);
        var start = size * index + Math.Min(index, rest);
        return new ShardSource(kind, [.. shards.Skip(start).Take(size + (index < rest ? 1 : 0))], features);
    }

    internal override RowCursor Open(int epoch, JsonObject? state) => new Cursor(shards, state);

    private sealed class Cursor : RowCursor
    {
        private readonly IReadOnlyList<RowShard> _shards;
        private JsonObject? _position;       // the position in the current shard, if there is no chunk
        private int _shard;
        private ShardReader? _reader;
        private ColumnSet? _chunk;
        private int _next;

        internal Cursor(IReadOnlyList<RowShard> shards, JsonObject? state)
        {
            _shards = shards;
            if (state is null)
                return;
            _shard = (int)state.Integer("shard");
            _position = (JsonObject?)state["position"]?.DeepClone();
            if (_shard < 0 || _shard > shards.Count)
                throw StreamState.Malformed("shard");
        }

        internal override bool MoveNext()
        {
            while (_chunk is null || _next == _chunk.RowCount)
            {
                if (_shard == _shards.Count)
                    return false;
                if (_chunk is not null)
                    (_position, _chunk) = (_reader!.PositionOf(_next), null);        // the state if the next chunk cannot be read
                _reader ??= _shards[_shard].Open(_position);
                (_chunk, _next) = (_reader.ReadChunk(), 0);
                if (_chunk is null)
                    NextShard();
            }
            Current = new Row(_chunk, _next++);
            return true;
        }

        internal override JsonObject SaveState() => new()
        {
            ["shard"] = _shard,
            ["position"] = _chunk is not null ? _reader!.PositionOf(_next) : _position?.DeepClone(),
        };

        private void NextShard()
        {
            _reader!.Dispose();
            (_reader, _position) = (null, null);
            _shard++;
        }

        public override void Dispose() => _reader?.Dispose();
    }
}
