using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Stops all sequences at a maximum number of tokens, including the prompt.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="maxLength">Maximum number of tokens.</param>
public sealed class MaxLengthCriteria(int maxLength) : StoppingCriteria
{
    /// <inheritdoc/>
    public override Tensor IsDone(Tensor inputIds) => ForAll(inputIds, inputIds.shape[1] >= maxLength);
}
