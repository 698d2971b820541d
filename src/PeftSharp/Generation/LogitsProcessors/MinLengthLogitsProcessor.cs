using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Lets no text end before it has a number of tokens, the prompt's among them.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="minLength">The number.</param>
/// <param name="eosTokenId">Ends of text.</param>
public sealed class MinLengthLogitsProcessor(int minLength, IReadOnlyList<int> eosTokenId) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) => inputIds.shape[1] < minLength ? TokenFilter.Forbid(scores, eosTokenId) : scores;
}
