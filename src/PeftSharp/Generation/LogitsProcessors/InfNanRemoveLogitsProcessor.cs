using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Replaces NaN scores by 0 and infinite scores by the largest or smallest finite value.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
public sealed class InfNanRemoveLogitsProcessor : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => scores.nan_to_num(0, float.MaxValue, float.MinValue);
}
