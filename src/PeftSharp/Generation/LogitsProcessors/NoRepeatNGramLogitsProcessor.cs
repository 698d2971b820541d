using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// Prevents repeated n-grams: sets the score of a token to -inf if it would complete an n-gram that the sequence already contains (Paulus
/// et al. 2017, arXiv:1705.04304).
/// </summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="ngramSize">The size n of the n-grams; at least 1.</param>
public sealed class NoRepeatNGramLogitsProcessor(int ngramSize) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        var (length, vocabulary) = (inputIds.shape[1], scores.shape[1]);
        if (length < ngramSize) return scores;
        using var scope = NewDisposeScope();
        var runs = inputIds.unfold(1, ngramSize, 1);                                              // [rows, n-grams, n]
        // The last n - 1 tokens, which form an n-gram with the next token.
        var end = inputIds.narrow(1, length + 1 - ngramSize, ngramSize - 1).unsqueeze(1);
        var matches = runs.narrow(2, 0, ngramSize - 1).eq(end).all(dim: 2);
        var last = runs.select(2, ngramSize - 1).clamp_max(vocabulary);
        // For n-grams that do not match, an extra column after the vocabulary is marked, which is cut off below.
        var banned = zeros([scores.shape[0], vocabulary + 1], ScalarType.Bool, scores.device)
            .scatter_(1, where(matches, last, full_like(last, vocabulary)), ones_like(last, ScalarType.Bool));
        return TokenFilter.Remove(scores, banned.narrow(1, 0, vocabulary)).MoveToOuterDisposeScope();
    }
}
