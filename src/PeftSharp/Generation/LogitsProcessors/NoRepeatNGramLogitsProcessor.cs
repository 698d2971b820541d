using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Lets no run of n tokens come twice (Paulus et al. 2017, arXiv:1705.04304).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="ngramSize">n; at least 1.</param>
public sealed class NoRepeatNGramLogitsProcessor(int ngramSize) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        var (length, vocabulary) = (inputIds.shape[1], scores.shape[1]);
        if (length < ngramSize) return scores;
        using var scope = NewDisposeScope();
        var runs = inputIds.unfold(1, ngramSize, 1);                                              // [rows, runs, n]
        var end = inputIds.narrow(1, length + 1 - ngramSize, ngramSize - 1).unsqueeze(1);         // what a next token would make a run of
        var matches = runs.narrow(2, 0, ngramSize - 1).eq(end).all(dim: 2);
        var last = runs.select(2, ngramSize - 1).clamp_max(vocabulary);
        var banned = zeros([scores.shape[0], vocabulary + 1], ScalarType.Bool, scores.device)     // runs that do not match ban a column past the vocabulary
            .scatter_(1, where(matches, last, full_like(last, vocabulary)), ones_like(last, ScalarType.Bool));
        return TokenFilter.Remove(scores, banned.narrow(1, 0, vocabulary)).MoveToOuterDisposeScope();
    }
}
