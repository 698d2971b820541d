using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Prevents given sequences of tokens: sets the score of a token to -inf if it would complete one of the sequences.</summary>
/// <remarks>
/// <para>A sequence that consists only of an end-of-sequence token is ignored, because generation would not end without this token.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class NoBadWordsLogitsProcessor : LogitsProcessor
{
    private readonly SequenceBiasLogitsProcessor _bias;

    /// <summary>Creates a processor.</summary>
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
