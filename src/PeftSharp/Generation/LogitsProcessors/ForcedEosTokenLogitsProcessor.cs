using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Forces one of the given tokens as the last token when the maximum length is reached.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="maxLength">Maximum number of tokens of prompt and generated text.</param>
/// <param name="eosTokenId">The end-of-sequence tokens.</param>
public sealed class ForcedEosTokenLogitsProcessor(int maxLength, IReadOnlyList<int> eosTokenId) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) =>
        inputIds.shape[1] == maxLength - 1 ? TokenFilter.Force(scores, eosTokenId) : scores;
}
