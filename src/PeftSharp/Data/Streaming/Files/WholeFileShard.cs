using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>
/// A file that is not read line by line: a JSON file with a single value, such as an array of objects, which is read as a whole, as in
/// Python; or an Arrow file, which is mapped into memory.
/// </summary>
internal sealed class WholeFileShard(string file, DatasetLoadOptions options, FileSchema schema, bool isArrow)
    : FileShard(file, options, schema)
{
    internal override bool IsTyped => isArrow;

    internal override Dataset ReadHead() => Read();

    private Dataset Read() =>
        isArrow ? ArrowFileReader.Read(Path, Options)
            : FileFormat.Decoding(Path, () => JsonFileReader.ReadWhole(new DataInput(Path), Options));

    private protected override ShardReader OpenFile(JsonObject? position, long length) =>
        new Reader(this, (int)(position?.Integer("row") ?? 0), length);

    private sealed class Reader(WholeFileShard shard, int start, long length) : ShardReader
    {
        private bool _isRead;

        internal override ColumnSet? ReadChunk()
        {
            if (_isRead)
                return null;
            _isRead = true;
            var data = shard.Read();
            if (data.Count <= start)
                return null;
            var all = shard.Schema.Conform(
                data.ColumnNames.ToDictionary(name => name, name => data[name]), data.Count, shard.Path, row => $"row {row}");
            return start == 0 ? all : all.SelectRows(data.Count - start, rows => rows.Slice(start, data.Count - start));
        }

        internal override JsonObject PositionOf(int row) => new() { ["row"] = start + row, ["length"] = length };

        public override void Dispose() { }
    }
}
