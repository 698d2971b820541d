using System.Text.Json.Nodes;
using PeftSharp.Modeling;

namespace PeftSharp.Training.Batching;

/// <summary>The remaining batches of an epoch, in order, on the CPU.</summary>
/// <remarks>Not thread-safe.</remarks>
internal abstract class EpochBatches : IDisposable
{
    /// <summary>Whether there is another batch.</summary>
    internal abstract bool HasNext { get; }

    /// <summary>The number of rows of the batches that were returned.</summary>
    internal long RowsRead { get; private protected set; }

    /// <summary>Returns the next batch. If collating it failed, the exception is thrown here.</summary>
    internal abstract ModelInputs Next();

    /// <summary>Returns the position after the last batch that was returned; null if the number of batches determines it.</summary>
    internal virtual JsonObject? SaveState() => null;

    public abstract void Dispose();
}
