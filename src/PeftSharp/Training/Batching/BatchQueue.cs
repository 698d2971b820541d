using PeftSharp.Data;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>Batches one after the other, so many of them made ahead on other threads while those before are in use.</summary>
/// <param name="loader">Rows to batches.</param>
/// <param name="dataset">The rows.</param>
/// <param name="batches">Row numbers of each batch.</param>
/// <param name="ahead">How many are made ahead; 0: each on the caller's thread when it is asked for.</param>
internal sealed class BatchQueue(BatchLoader loader, Dataset dataset, IEnumerable<int[]> batches, int ahead) : IDisposable
{
    private readonly IEnumerator<int[]> _rows = batches.GetEnumerator();
    private readonly Queue<Task<ModelInputs>> _making = [];

    /// <summary>The next batch, on the CPU. An error in its rows is thrown now, when its turn has come.</summary>
    internal ModelInputs Next()
    {
        if (ahead == 0) return _rows.MoveNext() ? loader.Load(dataset, _rows.Current) : throw new InvalidOperationException("There is no further batch.");
        while (_making.Count <= ahead && _rows.MoveNext())
        {
            var rows = _rows.Current;
            _making.Enqueue(Task.Run(() => loader.Load(dataset, rows)));
        }
        return _making.Dequeue().GetAwaiter().GetResult();
    }

    /// <summary>Ends what is under way; batches that nobody asked for are freed, and their errors with them.</summary>
    public void Dispose()
    {
        Task.WhenAll(_making).ContinueWith(all => _ = all.Exception, TaskScheduler.Default).Wait();
        foreach (var made in _making.Where(made => made.IsCompletedSuccessfully)) made.Result.Dispose();
        _making.Clear();
        _rows.Dispose();
    }
}
