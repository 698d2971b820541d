using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Lets only an end of text come as the last token that there is room for.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="maxLength">Most tokens of prompt and answer.</param>
/// <param name="eosTokenId">Ends of text.</param>
public sealed class ForcedEosTokenLogitsProcessor(int maxLength, IReadOnlyList<int> eosTokenId) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => inputIds.shape[1] == maxLength - 1 ? TokenFilter.Force(scores, eosTokenId) : scores;
}
