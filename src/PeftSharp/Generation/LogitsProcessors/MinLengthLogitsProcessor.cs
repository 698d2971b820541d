using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// Sets the scores of the end-of-sequence tokens to -inf until the sequence, including the prompt, has a minimum number of tokens.
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="minLength">Minimum number of tokens of prompt and generated text.</param>
/// <param name="eosTokenId">The end-of-sequence tokens.</param>
public sealed class MinLengthLogitsProcessor(int minLength, IReadOnlyList<int> eosTokenId) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores) =>
        inputIds.shape[1] < minLength ? TokenFilter.Forbid(scores, eosTokenId) : scores;
}
