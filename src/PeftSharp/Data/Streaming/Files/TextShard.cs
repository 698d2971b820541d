using System.Text;
using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>A text file; a row is a line, a paragraph or the whole file.</summary>
internal sealed class TextShard(string file, DatasetLoadOptions options, FileSchema schema) : FileShard(file, options, schema)
{
    internal override bool IsTyped => true;

    internal override Dataset ReadHead() =>
        Dataset.FromColumns([new Column("text", new Value("string"), new NullData(0), RowIndex.All(0))]);

    private protected override ShardReader OpenFile(JsonObject? position, long length) => new Reader(this, position, length);

    private sealed class Reader : ShardReader
    {
        private readonly TextShard _shard;
        private readonly Stream _stream;
        private readonly JsonLineReader _lines;
        private readonly RowPositions _positions;
        private readonly long _start;

        internal Reader(TextShard shard, JsonObject? position, long length)
        {
            (_shard, _start, _positions) = (shard, position?.Integer("offset") ?? 0, new RowPositions(length));
            _stream = TextStream.Open(shard.Path, _start);
            _lines = new JsonLineReader(_stream, splitsAtCarriageReturns: true) { Line = (int)(position?.Integer("line") ?? 0) };
        }

        internal override ColumnSet? ReadChunk() => FileFormat.Decoding(_shard.Path, () =>
        {
            _positions.Clear();
            var rows = new List<string?>();
            while (rows.Count < ChunkRows && _positions.Bytes < ChunkBytes)
            {
                var (offset, line) = (_start + _lines.BytesRead, _lines.Line);
                if (ReadRow() is not { } text)
                    break;
                _positions.Add(offset, line);
                rows.Add(text);
            }
            if (rows.Count == 0)
                return null;
            _positions.Add(_start + _lines.BytesRead, _lines.Line);
            var column = new Column("text", new ReferenceArrayData<string>([.. rows]));
            return _shard.Schema.Conform(
                new Dictionary<string, Column> { ["text"] = column }, rows.Count, _shard.Path, _positions.Place);
        });

        private string? ReadRow() => _shard.Options.SampleBy switch
        {
            TextUnit.Line => ReadLine() is not { } line ? null
                : _shard.Options.KeepLinebreaks && _lines.IsTerminated ? line + "\n" : line,
            TextUnit.Paragraph => ReadParagraph(),
            _ => _start == 0 && _lines.BytesRead == 0 ? ReadAll() : null,
        };

        private string? ReadLine() => _lines.Read(out var bytes) ? StrictUtf8.Encoding.GetString(bytes) : null;

        /// <summary>Reads up to an empty line. Further empty lines are part of the next paragraph, as in Python.</summary>
        private string? ReadParagraph()
        {
            while (ReadLine() is { } first)
            {
                var paragraph = new StringBuilder(first);
                var isSeparated = false;
                var wasTerminated = _lines.IsTerminated;
                while (wasTerminated && !isSeparated)
                {
                    if (ReadLine() is not { } line)
                    {
                        paragraph.Append('\n');
                        break;
                    }
                    isSeparated = line.Length == 0 && _lines.IsTerminated;
                    wasTerminated = _lines.IsTerminated;
                    if (!isSeparated)
                        paragraph.Append('\n').Append(line);
                }
                if (paragraph.Length > 0)
                    return paragraph.ToString();
            }
            return null;
        }

        private string ReadAll()
        {
            var text = new StringBuilder();
            while (ReadLine() is { } line)
            {
                text.Append(line);
                if (_lines.IsTerminated)
                    text.Append('\n');
            }
            return text.ToString();
        }

        internal override JsonObject PositionOf(int row) => _positions[row];

        public override void Dispose() => _stream.Dispose();
    }
}
