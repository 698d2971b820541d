using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Ends all texts at a number of tokens, the prompt's among them.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="maxLength">The number.</param>
public sealed class MaxLengthCriteria(int maxLength) : StoppingCriteria
{
    /// <inheritdoc/>
    public override Tensor IsDone(Tensor inputIds) => ForAll(inputIds, inputIds.shape[1] >= maxLength);
}
