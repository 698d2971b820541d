using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>Blocks of tokens of equal length, from the concatenated tokens of all rows.</summary>
/// <param name="input">The tokenized stream.</param>
/// <param name="blockSize">The number of tokens of a block.</param>
internal sealed class GroupedTexts(RowSource input, int blockSize) : RowOperation(input)
{
    private static readonly OrderedDictionary<string, Feature> OfBlocks = new() { ["input_ids"] = new Sequence(new Value("int32")) };

    internal override IReadOnlyDictionary<string, Feature>? Features => OfBlocks;

    internal override long? RowCount => null;

    private protected override string OwnDescription => $"group texts({blockSize})";

    private protected override RowSource WithInput(RowSource input) => new GroupedTexts(input, blockSize);

    internal override RowCursor Open(int epoch, JsonObject? state) =>
        new Cursor(new TrackedCursor(Input, epoch, state?.Object("rows")), state, blockSize);

    private sealed class Cursor(TrackedCursor rows, JsonObject? state, int blockSize) : RowCursor
    {
        private int[] _row = [];                   // the last row that was read
        private long _position;                    // the position of _row in the stream
        private int _used = (int)(state?.Integer("used") ?? 0);     // the number of tokens of _row that are in returned blocks

        internal override bool MoveNext()
        {
            var block = new int[blockSize];
            for (var filled = 0; filled < blockSize;)
            {
                if (_used >= _row.Length)
                {
                    if (!Read())
                    {
                        (_row, _position, _used) = ([], rows.Position, 0);      // the incomplete last block is dropped
                        return false;
                    }
                    continue;
                }
                var count = Math.Min(blockSize - filled, _row.Length - _used);
                _row.AsSpan(_used, count).CopyTo(block.AsSpan(filled));
                (filled, _used) = (filled + count, _used + count);
            }
            Current = new Row(new ColumnSet([SingleRow.Column("input_ids", block, 0)], 1), 0);
            return true;
        }

        private bool Read()
        {
            // After a state was loaded, the first _used tokens of the first row are in blocks that were already returned.
            var isFirst = rows.Position == 0;
            rows.Forget(rows.Position);
            if (!rows.MoveNext())
                return false;
            (_row, _position) = (rows.Current.Columns["input_ids"].GetInt32s(rows.Current.Position).ToArray(), rows.Position - 1);
            if (!isFirst)
                _used = 0;
            return true;
        }

        internal override JsonObject SaveState() => new() { ["rows"] = rows.StateAt(_position), ["used"] = _used };

        public override void Dispose() => rows.Dispose();
    }
}
