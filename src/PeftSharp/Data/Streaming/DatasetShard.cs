using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>Rows in memory.</summary>
internal sealed class DatasetShard(ColumnSet columns) : RowShard
{
    internal override long? RowCount => columns.RowCount;

    internal override string Description => $"{columns.RowCount} rows";

    internal override ShardReader Open(JsonObject? position) => new Reader(columns, (int)(position?.Integer("row") ?? 0));

    private sealed class Reader(ColumnSet columns, int start) : ShardReader
    {
        private bool _isRead;

        internal override ColumnSet? ReadChunk()
        {
            if (_isRead || start >= columns.RowCount)
                return null;
            _isRead = true;
            return start == 0 ? columns : columns.SelectRows(columns.RowCount - start, rows => rows.Slice(start, columns.RowCount - start));
        }

        internal override JsonObject PositionOf(int row) => new() { ["row"] = start + row };

        public override void Dispose() { }
    }
}
