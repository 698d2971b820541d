using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Makes scores that are no numbers 0 and infinite ones the greatest and least there are.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class InfNanRemoveLogitsProcessor : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => scores.nan_to_num(0, float.MaxValue, float.MinValue);
}
