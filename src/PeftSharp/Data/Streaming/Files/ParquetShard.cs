using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>A Parquet file, of which one row group is in memory.</summary>
internal sealed class ParquetShard(string file, DatasetLoadOptions options, FileSchema schema) : FileShard(file, options, schema)
{
    private long[]? _rowGroups;

    internal override long? RowCount => RowGroups.Sum();

    private long[] RowGroups => _rowGroups ??= ParquetFileReader.RowGroups(Path);

    internal override bool IsTyped => true;

    internal override Dataset ReadHead() =>
        RowGroups.Length == 0 ? ParquetFileReader.Read(Path, Options) : ParquetFileReader.Read(Path, Options, rowGroup: 0);

    private protected override ShardReader OpenFile(JsonObject? position, long length) =>
        new Reader(this, (int)(position?.Integer("row_group") ?? 0), (int)(position?.Integer("row") ?? 0), length);

    private sealed class Reader(ParquetShard shard, int firstGroup, int firstRow, long length) : ShardReader
    {
        private int _group = firstGroup - 1;
        private int _start;                  // the first row of the current row group that is read

        internal override ColumnSet? ReadChunk()
        {
            while (++_group < shard.RowGroups.Length)
            {
                _start = _group == firstGroup ? firstRow : 0;
                var data = ParquetFileReader.Read(shard.Path, shard.Options, _group);
                if (data.Count <= _start)
                    continue;
                var all = shard.Schema.Conform(data.ColumnNames.ToDictionary(name => name, name => data[name]), data.Count, shard.Path,
                    row => $"row {row} of row group {_group}");
                return _start == 0 ? all : all.SelectRows(data.Count - _start, rows => rows.Slice(_start, data.Count - _start));
            }
            return null;
        }

        internal override JsonObject PositionOf(int row) =>
            new() { ["row_group"] = _group, ["row"] = _start + row, ["length"] = length };

        public override void Dispose() { }
    }
}
