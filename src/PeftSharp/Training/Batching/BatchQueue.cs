using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>Returns collated batches in order and prefetches the next ones on other threads.</summary>
/// <param name="collate">Collates the rows with the given indices into a batch, on the CPU.</param>
/// <param name="batches">The row indices of each batch.</param>
/// <param name="prefetch">The number of batches to prefetch. 0: <see cref="Next"/> collates each batch on the calling thread.</param>
internal sealed class BatchQueue(Func<IReadOnlyList<int>, ModelInputs> collate, IEnumerable<int[]> batches, int prefetch) : IDisposable
{
    private readonly IEnumerator<int[]> _rows = batches.GetEnumerator();
    private readonly Queue<Task<ModelInputs>> _pending = [];

    /// <summary>Returns the next batch, on the CPU. If collating it failed, the exception is thrown here.</summary>
    internal ModelInputs Next()
    {
        if (prefetch == 0)
            return _rows.MoveNext()
                ? collate(_rows.Current)
                : throw new InvalidOperationException("There are no more batches: all have been returned.");
        while (_pending.Count <= prefetch && _rows.MoveNext())
        {
            var rows = _rows.Current;
            _pending.Enqueue(Task.Run(() => collate(rows)));
        }
        return _pending.Dequeue().GetAwaiter().GetResult();
    }

    /// <summary>Waits for pending batches and disposes them; their exceptions are ignored.</summary>
    public void Dispose()
    {
        Task.WhenAll(_pending).ContinueWith(all => _ = all.Exception, TaskScheduler.Default).Wait();
        foreach (var batch in _pending.Where(batch => batch.IsCompletedSuccessfully)) batch.Result.Dispose();
        _pending.Clear();
        _rows.Dispose();
    }
}
