using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>After a prompt of one token, lets only one token come.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="bosTokenId">That token.</param>
public sealed class ForcedBosTokenLogitsProcessor(int bosTokenId) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => inputIds.shape[1] == 1 ? TokenFilter.Force(scores, [bosTokenId]) : scores;
}
