using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>A file of JSON lines.</summary>
internal sealed class JsonLinesShard(string file, DatasetLoadOptions options, FileSchema schema) : FileShard(file, options, schema)
{
    internal override Dataset ReadHead() => FileFormat.Decoding(Path, () =>
    {
        using var stream = TextStream.Open(Path, 0);
        var lines = new JsonLineReader(stream);
        var records = new StructStore(promotesNumbers: true);
        while (records.Count < FileSchema.HeadRows && lines.BytesRead < FileSchema.HeadBytes && lines.Read(out var line))
            JsonFileReader.AddLine(line, lines.Line, records, new DataInput(Path), Options.Columns);
        return Dataset.Of(records);
    });

    private protected override ShardReader OpenFile(JsonObject? position, long length) => new Reader(this, position, length);

    private sealed class Reader : ShardReader
    {
        private readonly JsonLinesShard _shard;
        private readonly Stream _stream;
        private readonly JsonLineReader _lines;
        private readonly RowPositions _positions;
        private readonly long _start;

        internal Reader(JsonLinesShard shard, JsonObject? position, long length)
        {
            (_shard, _start, _positions) = (shard, position?.Integer("offset") ?? 0, new RowPositions(length));
            _stream = TextStream.Open(shard.Path, _start);
            _lines = new JsonLineReader(_stream) { Line = (int)(position?.Integer("line") ?? 0) };
        }

        internal override ColumnSet? ReadChunk() => FileFormat.Decoding(_shard.Path, () =>
        {
            _positions.Clear();
            var records = new StructStore(promotesNumbers: true);
            var (offset, line) = (_start + _lines.BytesRead, _lines.Line);
            while (records.Count < ChunkRows && _positions.Bytes < ChunkBytes && _lines.Read(out var text))
            {
                if (JsonFileReader.AddLine(text, _lines.Line, records, new DataInput(_shard.Path), _shard.Options.Columns))
                    _positions.Add(offset, _lines.Line - 1);
                (offset, line) = (_start + _lines.BytesRead, _lines.Line);
            }
            if (records.Count == 0)
                return null;
            _positions.Add(offset, line);
            var columns = records.BuildFields().ToDictionary(field => field.Key, field => new Column(field.Key, field.Value));
            return _shard.Schema.Conform(columns, records.Count, _shard.Path, _positions.Place);
        });

        internal override JsonObject PositionOf(int row) => _positions[row];

        public override void Dispose() => _stream.Dispose();
    }
}
