using System.Diagnostics;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Stops all sequences after a time limit, measured from the creation of the instance.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="maxTime">The time limit.</param>
public sealed class MaxTimeCriteria(TimeSpan maxTime) : StoppingCriteria
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public override Tensor IsDone(Tensor inputIds) => ForAll(inputIds, Stopwatch.GetElapsedTime(_start) > maxTime);
}
