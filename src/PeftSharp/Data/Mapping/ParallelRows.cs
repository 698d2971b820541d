namespace PeftSharp.Data;

/// <summary>Processes the rows of a dataset in batches, on one or several threads. The results are in the order of the rows.</summary>
internal sealed class ParallelRows
{
    private readonly int _rows;
    private readonly int _size;
    private readonly int _threads;
    private readonly IProgress<MapProgress>? _progress;
    private readonly CancellationToken _cancel;
    private readonly Lock _lock = new();
    private int _done;

    internal ParallelRows(int rows, int batchSize, int numProc, IProgress<MapProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(numProc, 1);
        (_rows, _size, _threads, _progress, _cancel) = (rows, batchSize, numProc, progress, cancellationToken);
    }

    /// <param name="work">Computes the result of a batch from its first row and its number of rows.</param>
    /// <exception cref="OperationCanceledException">Cancellation was requested.</exception>
    internal TResult[] Run<TResult>(Func<int, int, TResult> work)
    {
        var results = new TResult[(_rows + _size - 1) / _size];
        if (_threads == 1)
            for (var i = 0; i < results.Length; i++)
                RunOne(i, work, results);
        else
            RunParallel(work, results);
        return results;
    }

    private void RunOne<TResult>(int index, Func<int, int, TResult> work, TResult[] results)
    {
        _cancel.ThrowIfCancellationRequested();
        var start = index * _size;
        var count = Math.Min(_size, _rows - start);
        results[index] = work(start, count);
        lock (_lock)
            _progress?.Report(new MapProgress(_done += count, _rows));
    }

    private void RunParallel<TResult>(Func<int, int, TResult> work, TResult[] results)
    {
        var errors = new System.Runtime.ExceptionServices.ExceptionDispatchInfo?[results.Length];
        Parallel.For(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = _threads }, (index, state) =>
        {
            try
            {
                RunOne(index, work, results);
            }
            catch (Exception error)
            {
                errors[index] = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(error);
                state.Break();          // earlier batches are still processed, so that the error of the first failing batch is thrown
            }
        });
        errors.FirstOrDefault(error => error is not null)?.Throw();
    }
}
