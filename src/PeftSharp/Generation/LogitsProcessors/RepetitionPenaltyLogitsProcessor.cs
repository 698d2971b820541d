using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Reduces the scores of tokens that the sequence already contains (Keskar et al. 2019, arXiv:1909.05858).</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="penalty">
/// The penalty. Positive scores are divided by the penalty, and negative scores are multiplied by it. Values above 1 reduce repetition.
/// </param>
/// <param name="promptIgnoreLength">Number of leading tokens of each row that are ignored (padding). Null: none.</param>
public sealed class RepetitionPenaltyLogitsProcessor(double penalty, IReadOnlyList<long>? promptIgnoreLength = null) : LogitsProcessor
{
    /// <inheritdoc/>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var vocabulary = scores.shape[1];
        var ids = inputIds.clamp_max(vocabulary);                        // ids that the head does not score map to an extra column
        if (promptIgnoreLength is not null)
        {
            var begins = tensor(promptIgnoreLength.ToArray(), device: ids.device).unsqueeze(1);
            ids = ids.masked_fill(arange(ids.shape[1], ScalarType.Int64, ids.device).unsqueeze(0).lt(begins), vocabulary);
        }
        var wider = cat([scores, zeros([scores.shape[0], 1], scores.dtype, scores.device)], 1);
        var found = wider.gather(1, ids);
        var penalized = where(found.lt(0), found * penalty, found / penalty);
        return wider.scatter(1, ids, penalized).narrow(1, 0, vocabulary).MoveToOuterDisposeScope();
    }
}
