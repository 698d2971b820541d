using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Sets the scores of tokens that would complete one of the given sequences to -inf, so that these are never generated.</summary>
/// <remarks>
/// <para>A sequence that consists only of an end-of-sequence token is ignored: without it, generation would not end.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class NoBadWordsLogitsProcessor : LogitsProcessor
{
    private readonly SequenceBiasLogitsProcessor _bias;

    /// <param name="badWordsIds">The sequences; each has at least one token.</param>
    /// <param name="eosTokenId">The end-of-sequence tokens. Null: none.</param>
    public NoBadWordsLogitsProcessor(IReadOnlyList<IReadOnlyList<int>> badWordsIds, IReadOnlyList<int>? eosTokenId = null)
    {
        ArgumentNullException.ThrowIfNull(badWordsIds);
        _bias = new SequenceBiasLogitsProcessor([.. badWordsIds.Where(word => !(word is [var only] && eosTokenId?.Contains(only) is true))
            .Select(word => new SequenceBias(word, double.NegativeInfinity))]);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A sequence contains an id that is not in the vocabulary.</exception>
    public override Tensor Process(Tensor inputIds, Tensor scores) => _bias.Process(inputIds, scores);
}
