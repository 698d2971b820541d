using System.Diagnostics;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Ends all texts after a time, measured from when this is made.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="maxTime">The time.</param>
public sealed class MaxTimeCriteria(TimeSpan maxTime) : StoppingCriteria
{
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <inheritdoc/>
    public override Tensor IsDone(Tensor inputIds) => ForAll(inputIds, Stopwatch.GetElapsedTime(_start) > maxTime);
}
