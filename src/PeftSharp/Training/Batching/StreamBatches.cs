using System.Text.Json.Nodes;
using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>
/// Batches of the rows of a stream, in the order of the stream. Rows are read one after the other even if batches are prefetched; only
/// collating runs on several threads. The saved position is the position after the last batch that was returned, not after the prefetched
/// batches.
/// </summary>
internal sealed class StreamBatches : EpochBatches
{
    private readonly TrackedCursor _rows;
    private readonly Func<IReadOnlyList<Row>, ModelInputs> _collate;
    private readonly int _size, _prefetch;
    private readonly bool _dropLast, _keepOnly;
    private readonly Lock _reading = new();
    private readonly Queue<Task<Prepared?>> _pending = [];         // used with prefetching
    private Task<Rows?> _lastRead = Task.FromResult<Rows?>(new Rows([], 0));
    private Rows? _next;                                            // used without prefetching
    private long _consumed;              // the position after the rows of the returned batches
    private long _index;                 // the index of the next row in the epoch
    private readonly long _firstIndex;

    /// <param name="Values">The rows of a batch.</param>
    /// <param name="End">The position after them.</param>
    private sealed record Rows(Row[] Values, long End);

    private sealed record Prepared(ModelInputs Inputs, Rows Rows);

    /// <param name="rows">The stream; it is disposed together with this object.</param>
    /// <param name="firstIndex">The index in the epoch of the first row that is read.</param>
    /// <param name="collate">Collates rows into a batch, on the CPU.</param>
    /// <param name="size">The number of rows in a batch.</param>
    /// <param name="dropLast">Whether an incomplete last batch is dropped.</param>
    /// <param name="keepOnly">Whether an incomplete batch is kept if it is the only one.</param>
    /// <param name="prefetch">The number of batches to prefetch. 0: batches are read and collated on the calling thread.</param>
    internal StreamBatches(TrackedCursor rows, long firstIndex, Func<IReadOnlyList<Row>, ModelInputs> collate, int size, bool dropLast,
        bool keepOnly, int prefetch)
    {
        (_rows, _firstIndex, _index, _collate, _size) = (rows, firstIndex, firstIndex, collate, size);
        (_dropLast, _keepOnly, _prefetch) = (dropLast, keepOnly, prefetch);
    }

    /// <remarks>
    /// Without prefetching, the rows are read but not collated: a collator that draws random numbers must not draw them yet.
    /// </remarks>
    internal override bool HasNext => _prefetch == 0 ? (_next ??= Read()) is not null : Peek() is not null;

    internal override ModelInputs Next()
    {
        if (!HasNext) throw new InvalidOperationException("There are no more batches: all have been returned.");
        var (inputs, rows) = _prefetch == 0 ? Collate(_next!) : Peek()!;
        if (_prefetch > 0) _pending.Dequeue();
        _next = null;
        lock (_reading)
            _consumed = rows.End;
        RowsRead += rows.Values.Length;
        return inputs;
    }

    internal override JsonObject SaveState()
    {
        lock (_reading)
            return new JsonObject { ["rows"] = _rows.StateAt(_consumed), ["row"] = _firstIndex + _consumed };
    }

    /// <summary>Returns the next batch without removing it; null if there is none.</summary>
    private Prepared? Peek()
    {
        while (_pending.Count <= _prefetch)
        {
            _lastRead = ReadAfter(_lastRead);
            _pending.Enqueue(CollateAfter(_lastRead));
        }
        return _pending.Peek().GetAwaiter().GetResult();
    }

    private async Task<Rows?> ReadAfter(Task<Rows?> previous) =>
        await previous.ConfigureAwait(false) is null ? null : await Task.Run(Read).ConfigureAwait(false);

    private async Task<Prepared?> CollateAfter(Task<Rows?> read) =>
        await read.ConfigureAwait(false) is { } rows ? await Task.Run(() => Collate(rows)).ConfigureAwait(false) : null;

    private Prepared Collate(Rows rows) => new(_collate(rows.Values), rows);

    /// <summary>Reads the rows of the next batch; returns null if there is none.</summary>
    private Rows? Read()
    {
        lock (_reading)
        {
            _rows.Forget(_consumed);
            var rows = new List<Row>(_size);
            while (rows.Count < _size && _rows.MoveNext())
                rows.Add(new Row(_rows.Current.Columns, _rows.Current.Position, _index++));
            var isDropped = rows.Count < _size && _dropLast && !(_keepOnly && _rows.Position == rows.Count);
            return rows.Count == 0 || isDropped ? null : new Rows([.. rows], _rows.Position);
        }
    }

    /// <summary>Waits for pending batches and disposes them; their exceptions are ignored.</summary>
    public override void Dispose()
    {
        Task.WhenAll(_pending).ContinueWith(all => _ = all.Exception, TaskScheduler.Default).Wait();
        foreach (var batch in _pending)
            if (batch.IsCompletedSuccessfully) batch.Result?.Inputs.Dispose();
        _pending.Clear();
        _rows.Dispose();
    }
}
