using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Forces a given token as the first generated token if the prompt has one token.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="bosTokenId">The forced token.</param>
public sealed class ForcedBosTokenLogitsProcessor(int bosTokenId) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) =>
        inputIds.shape[1] == 1 ? TokenFilter.Force(scores, [bosTokenId]) : scores;
}
