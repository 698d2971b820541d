using PeftSharp.Modeling;
using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Lets sequences of tokens not come.</summary>
/// <remarks>
/// <para>An end of text among them, by itself, may come: without it the text would never end.</para>
/// <para>Thread safety: instances are immutable and can be used from several threads at once.</para>
/// </remarks>
public sealed class NoBadWordsLogitsProcessor : LogitsProcessor
{
    private readonly SequenceBiasLogitsProcessor _bias;

    /// <param name="badWordsIds">The sequences; each has at least one token.</param>
    /// <param name="eosTokenId">Ends of text; null: there is none.</param>
    public NoBadWordsLogitsProcessor(IReadOnlyList<IReadOnlyList<int>> badWordsIds, IReadOnlyList<int>? eosTokenId = null)
    {
        ArgumentNullException.ThrowIfNull(badWordsIds);
        _bias = new SequenceBiasLogitsProcessor([.. badWordsIds.Where(word => !(word is [var only] && eosTokenId?.Contains(only) is true)).Select(word => new SequenceBias(word, double.NegativeInfinity))]);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A sequence holds an id that the vocabulary lacks.</exception>
    public override Tensor Process(Tensor inputIds, Tensor scores) => _bias.Process(inputIds, scores);
}
