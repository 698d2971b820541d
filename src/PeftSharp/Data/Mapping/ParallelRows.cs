namespace PeftSharp.Data;

/// <summary>Processes the rows of a dataset in batches, on one or several threads. The results are in the order of the rows.</summary>
internal sealed class ParallelRows
{
    /// <summary>
    /// The number of batches per thread that are processed or wait for earlier batches. Above 1, a slow batch does not stop the other
    /// threads.
    /// </summary>
    private const int BatchesPerThread = 4;

    private readonly int _rows;
    private readonly int _size;
    private readonly int _threads;
    private readonly IProgress<MapProgress>? _progress;
    private readonly CancellationToken _cancel;
    private readonly Lock _lock = new();
    private int _done;
    private volatile bool _stopped;

    internal ParallelRows(int rows, int batchSize, int numProc, IProgress<MapProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(numProc, 1);
        (_rows, _size, _threads, _progress, _cancel) = (rows, batchSize, numProc, progress, cancellationToken);
    }

    /// <summary>Processes all batches. If several fail, the exception of the first one is thrown.</summary>
    /// <param name="work">Computes the result of a batch from its first row and its number of rows.</param>
    /// <param name="add">Receives the results in the order of the rows, on the calling thread.</param>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    internal void Run<TResult>(Func<int, int, TResult> work, Action<TResult> add)
    {
        var batches = (int)(((long)_rows + _size - 1) / _size);
        if (_threads == 1)
            for (var i = 0; i < batches; i++)
                add(RunOne(i, work));
        else
            RunParallel(batches, work, add);
    }

    private TResult RunOne<TResult>(int index, Func<int, int, TResult> work)
    {
        _cancel.ThrowIfCancellationRequested();
        var start = index * _size;
        var count = Math.Min(_size, _rows - start);
        var result = work(start, count);
        lock (_lock)
            _progress?.Report(new MapProgress(_done += count, _rows));
        return result;
    }

    private void RunParallel<TResult>(int batches, Func<int, int, TResult> work, Action<TResult> add)
    {
        using var free = new SemaphoreSlim(_threads);
        var pending = new Queue<Task<TResult>>();
        try
        {
            for (var i = 0; i < batches; i++)
            {
                if (pending.Count == BatchesPerThread * _threads)
                    add(pending.Dequeue().GetAwaiter().GetResult());
                pending.Enqueue(Start(i));
            }
            while (pending.TryDequeue(out var next))
                add(next.GetAwaiter().GetResult());
        }
        finally
        {
            _stopped = true;                          // after an exception, batches that have not started are not processed
            Task.WhenAll(pending).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default).GetAwaiter().GetResult();
        }

        async Task<TResult> Start(int index)
        {
            await free.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            try
            {
                return await Task.Run(
                    () => _stopped ? throw new OperationCanceledException() : RunOne(index, work), CancellationToken.None)
                    .ConfigureAwait(false);
            }
            finally
            {
                free.Release();
            }
        }
    }
}
