using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The rows of several streams, one stream after the other (<c>concatenate_datasets</c>).</summary>
internal sealed class ConcatenatedRows(IReadOnlyList<RowSource> sources) : RowSource
{
    internal override IReadOnlyDictionary<string, Feature>? Features => SourceFeatures.Of(sources);

    internal override long? RowCount => sources.Aggregate((long?)0, (sum, source) => sum + source.RowCount);

    internal override int NumShards => sources.Sum(source => source.NumShards);

    internal override string Description => $"concatenate({string.Join("; ", sources.Select(source => source.Description))})";

    internal override IEnumerable<StreamSeed> Seeds => sources.SelectMany(source => source.Seeds);

    internal override RowSource Unshuffled => new ConcatenatedRows([.. sources.Select(source => source.Unshuffled)]);

    internal override RowSource WithShuffledShards(NumpyRandom random)
    {
        var shards = Shards();
        random.Shuffle<RowSource>(shards);
        return new ConcatenatedRows(shards);
    }

    internal override RowSource Shard(int count, int index)
    {
        var shards = Shards();
        var (size, rest) = Math.DivRem(shards.Length, count);
        return new ConcatenatedRows(
            [.. shards.Skip(size * index + Math.Min(index, rest)).Take(size + (index < rest ? 1 : 0))]);
    }

    private RowSource[] Shards() =>
        [.. sources.SelectMany(source => Enumerable.Range(0, source.NumShards).Select(index => source.Shard(source.NumShards, index)))];

    internal override RowCursor Open(int epoch, JsonObject? state) => new Cursor(sources, epoch, state);

    private sealed class Cursor : RowCursor
    {
        private readonly IReadOnlyList<RowSource> _sources;
        private readonly int _epoch;
        private int _source;
        private RowCursor? _rows;

        internal Cursor(IReadOnlyList<RowSource> sources, int epoch, JsonObject? state)
        {
            (_sources, _epoch, _source) = (sources, epoch, (int)(state?.Integer("source") ?? 0));
            if (_source < 0 || _source > sources.Count)
                throw StreamState.Malformed("source");
            if (_source < sources.Count)
                _rows = sources[_source].Open(epoch, state?["rows"] as JsonObject);
        }

        internal override bool MoveNext()
        {
            while (_rows is not null)
            {
                if (_rows.MoveNext())
                {
                    Current = _rows.Current;
                    return true;
                }
                _rows.Dispose();
                _source++;
                _rows = _source < _sources.Count ? _sources[_source].Open(_epoch, null) : null;
            }
            return false;
        }

        internal override JsonObject SaveState() => new() { ["source"] = _source, ["rows"] = _rows?.SaveState() };

        public override void Dispose() => _rows?.Dispose();
    }
}
