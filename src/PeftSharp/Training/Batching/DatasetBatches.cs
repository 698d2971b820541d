using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>Batches of rows that are chosen by their index.</summary>
/// <param name="batches">The row indices of each batch.</param>
/// <param name="queue">Collates these batches; it is disposed together with this object.</param>
internal sealed class DatasetBatches(IReadOnlyList<int[]> batches, BatchQueue queue) : EpochBatches
{
    private int _next;

    internal override bool HasNext => _next < batches.Count;

    internal override ModelInputs Next()
    {
        var inputs = queue.Next();
        RowsRead += batches[_next++].Length;
        return inputs;
    }

    public override void Dispose() => queue.Dispose();
}
