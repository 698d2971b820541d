using System.Text.Json.Nodes;

namespace PeftSharp.Data;

/// <summary>
/// Reads a stream for an operation that holds rows, such as a shuffle buffer or a batch, and returns states for earlier positions. The
/// state of such an operation refers to the oldest row that the operation still needs.
/// </summary>
/// <remarks>
/// A state consists of a state of the stream, which is saved every <see cref="SnapshotInterval"/> rows, and the number of rows to skip
/// after it. An operation can therefore return a state for any position, although the state of its stream is saved rarely.
/// </remarks>
internal sealed class TrackedCursor : IDisposable
{
    private const int SnapshotInterval = 1000;

    private readonly RowCursor _rows;
    private readonly List<(long Position, JsonObject State)> _snapshots = [];

    /// <param name="source">The stream.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="state">A state of <see cref="StateAt"/>. Null: the start of the stream.</param>
    /// <exception cref="DatasetException">The stream has fewer rows than when the state was stored.</exception>
    internal TrackedCursor(RowSource source, int epoch, JsonObject? state)
    {
        var inner = state?.Object("rows");
        var skipped = state?.Integer("skip") ?? 0;
        _rows = source.Open(epoch, inner);
        try
        {
            _snapshots.Add((-skipped, inner is null ? _rows.SaveState() : (JsonObject)inner.DeepClone()));
            for (var row = 0L; row < skipped; row++)
                if (!_rows.MoveNext())
                    throw new DatasetException("The stream has fewer rows than when its state was stored, so it cannot be continued. "
                        + "Start the stream from the beginning.");
        }
        catch
        {
            _rows.Dispose();
            throw;
        }
    }

    /// <summary>The number of rows that have been read since the state with which the cursor was created.</summary>
    internal long Position { get; private set; }

    internal Row Current => _rows.Current;

    internal bool MoveNext()
    {
        if (Position - _snapshots[^1].Position >= SnapshotInterval)
            _snapshots.Add((Position, _rows.SaveState()));
        if (!_rows.MoveNext())
            return false;
        Position++;
        return true;
    }

    /// <summary>Returns a state from which the row with this position is the next one.</summary>
    /// <param name="position">At most <see cref="Position"/>, and not less than the position of <see cref="Forget"/>.</param>
    internal JsonObject StateAt(long position)
    {
        if (position == Position)
            return new JsonObject { ["rows"] = _rows.SaveState(), ["skip"] = 0 };
        var snapshot = _snapshots.FindLast(snapshot => snapshot.Position <= position);
        return new JsonObject { ["rows"] = snapshot.State.DeepClone(), ["skip"] = position - snapshot.Position };
    }

    /// <summary>
    /// Frees the memory of states before this position. <see cref="StateAt"/> must not be called with an earlier position afterwards.
    /// </summary>
    internal void Forget(long position)
    {
        var needed = _snapshots.FindLastIndex(snapshot => snapshot.Position <= position);
        if (needed > 0)
            _snapshots.RemoveRange(0, needed);
    }

    public void Dispose() => _rows.Dispose();
}
