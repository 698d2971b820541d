using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>
/// Applies a function to blocks of consecutive rows (batched <c>map</c> and <c>filter</c>). The function may change the number of rows.
/// </summary>
/// <param name="input">The stream.</param>
/// <param name="name">The name of the operation, for the description.</param>
/// <param name="size">The number of rows in a block; the last block may have fewer.</param>
/// <param name="dropLast">Whether a last block with fewer rows is dropped.</param>
/// <param name="function">Returns the new rows. The arguments are the rows of a block and the index of the first row.</param>
/// <param name="features">The types of the new columns; null if they are not known.</param>
/// <param name="countOf">Returns the number of new rows for a number of rows; null if it is not known.</param>
internal sealed class BlockRows(
    RowSource input, string name, int size, bool dropLast, Func<ColumnSet, long, ColumnSet> function,
    Func<IReadOnlyDictionary<string, Feature>, IReadOnlyDictionary<string, Feature>?>? features = null, Func<long, long>? countOf = null)
    : RowOperation(input)
{
    internal override IReadOnlyDictionary<string, Feature>? Features => Input.Features is { } known ? features?.Invoke(known) : null;

    internal override long? RowCount => Input.RowCount is { } rows ? countOf?.Invoke(rows) : null;

    private protected override string OwnDescription => $"{name}({size})";

    private protected override RowSource WithInput(RowSource input) =>
        new BlockRows(input, name, size, dropLast, function, features, countOf);

    internal override RowCursor Open(int epoch, JsonObject? state) =>
        new Cursor(new TrackedCursor(Input, epoch, state?.Object("rows")), state, this);

    private sealed class Cursor(TrackedCursor rows, JsonObject? state, BlockRows operation) : RowCursor
    {
        private long _index = state?.Integer("index") ?? 0;     // the index of the first row of the current block
        private int _skip = (int)(state?.Integer("returned") ?? 0);
        private long _start;                                    // the position of the current block in the rows
        private ColumnSet? _block;
        private int _blockSize;
        private int _next;

        internal override bool MoveNext()
        {
            while (_block is null || _next >= _block.RowCount)
                if (!ReadBlock())
                    return false;
            Current = new Row(_block, _next++);
            return true;
        }

        private bool ReadBlock()
        {
            (_start, _index) = (rows.Position, _index + _blockSize);
            rows.Forget(_start);
            (_block, _blockSize, _next) = (null, 0, 0);
            var read = new List<Row>();
            while (read.Count < operation.Size && rows.MoveNext())
                read.Add(rows.Current);
            if (read.Count == 0 || (operation.DropLast && read.Count < operation.Size))
            {
                _start = rows.Position;
                return false;
            }
            _block = operation.Function(RowSet.Of(read), _index);
            (_blockSize, _next, _skip) = (read.Count, _skip, 0);
            return true;
        }

        internal override JsonObject SaveState()
        {
            var isReturned = _block is not null && _next >= _block.RowCount;
            return new JsonObject
            {
                ["rows"] = rows.StateAt(isReturned ? rows.Position : _start),
                ["index"] = isReturned ? _index + _blockSize : _index,
                ["returned"] = isReturned ? 0 : _block is null ? _skip : _next,
            };
        }

        public override void Dispose() => rows.Dispose();
    }

    private int Size => size;

    private bool DropLast => dropLast;

    private Func<ColumnSet, long, ColumnSet> Function => function;
}
