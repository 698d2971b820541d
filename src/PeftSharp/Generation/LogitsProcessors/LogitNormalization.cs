using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Makes the scores log-probabilities again.</summary>
public sealed class LogitNormalization : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => scores.log_softmax(-1);
}
