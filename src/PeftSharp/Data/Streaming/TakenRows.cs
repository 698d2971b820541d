using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Data;

/// <summary>The first rows of a stream, or all rows except the first (<c>take</c>, <c>skip</c>).</summary>
/// <remarks>
/// As in Python, a later <c>Shuffle</c> does not change the order of the shards, because other rows would then be taken or skipped.
/// </remarks>
internal sealed class TakenRows(RowSource input, long count, bool skips) : RowOperation(input)
{
    internal override IReadOnlyDictionary<string, Feature>? Features => Input.Features;

    internal override int NumShards => 1;

    internal override long? RowCount => Input.RowCount is not { } rows ? null : skips ? Math.Max(0, rows - count) : Math.Min(rows, count);

    private protected override string OwnDescription => $"{(skips ? "skip" : "take")}({count})";

    private protected override RowSource WithInput(RowSource input) => new TakenRows(input, count, skips);

    internal override RowSource? WithShuffledShards(NumpyRandom random) => null;

    internal override RowSource Shard(int count, int index) => this;

    internal override RowCursor Open(int epoch, JsonObject? state)
    {
        var rows = Input.Open(epoch, state?.Object("rows"));
        var done = state?.Integer("done") ?? 0;
        return skips ? new SkippingCursor(rows, count, done) : new TakingCursor(rows, count, done);
    }

    private sealed class TakingCursor(RowCursor rows, long count, long done) : RowCursor
    {
        private long _done = done;

        internal override bool MoveNext()
        {
            if (_done >= count || !rows.MoveNext())
                return false;
            _done++;
            Current = rows.Current;
            return true;
        }

        internal override JsonObject SaveState() => new() { ["rows"] = rows.SaveState(), ["done"] = _done };

        public override void Dispose() => rows.Dispose();
    }

    private sealed class SkippingCursor(RowCursor rows, long count, long done) : RowCursor
    {
        private long _done = done;

        internal override bool MoveNext()
        {
            for (; _done < count; _done++)
                if (!rows.MoveNext())
                    return false;
            if (!rows.MoveNext())
                return false;
            Current = rows.Current;
            return true;
        }

        internal override JsonObject SaveState() => new() { ["rows"] = rows.SaveState(), ["done"] = _done };

        public override void Dispose() => rows.Dispose();
    }
}
