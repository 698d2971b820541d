using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Normalizes the scores to log-probabilities (log-softmax).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class LogitNormalization : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => scores.log_softmax(-1);
}
