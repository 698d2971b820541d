using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// Restricts the next token to the tokens that a function allows after the text so far (De Cao et al. 2020, arXiv:2010.00904).
/// </summary>
/// <remarks>Thread safety: instances can be used from several threads at once if the function is thread-safe.</remarks>
/// <param name="allowedTokens">Returns at least one allowed id, given the index of the prompt in the batch and the tokens so far.</param>
/// <param name="numBeams">Number of rows per prompt.</param>
public sealed class PrefixConstrainedLogitsProcessor(Func<int, IReadOnlyList<long>, IReadOnlyList<int>> allowedTokens, int numBeams)
    : LogitsProcessor
{
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The function returns no ids, or an id that is not in the vocabulary.</exception>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var rows = (int)inputIds.shape[0];
        var allowed = full_like(scores, double.NegativeInfinity);
        for (var row = 0; row < rows; row++)
        {
            var ids = allowedTokens(row / numBeams, inputIds[row].cpu().data<long>().ToArray());
            if (ids.Count == 0)
                throw new InvalidOperationException(
                    $"PrefixAllowedTokens returned no ids for row {row}. Return at least one, for example the end-of-sequence token.");
            if (ids.FirstOrDefault(id => id < 0 || id >= scores.shape[1]) is var unknown and not 0)
                throw new InvalidOperationException($"PrefixAllowedTokens returned {unknown} for row {row}, but the vocabulary has "
                    + $"{scores.shape[1]} ids. Use ids of this model's tokenizer.");
            allowed[row].index_fill_(0, TokenFilter.Ids(ids, scores.device), 0);
        }
        var sum = scores + allowed;
        var impossible = sum.amax([-1]).isneginf().reshape(-1, numBeams).all(dim: 1).repeat_interleave(numBeams).unsqueeze(1);
        // If other processors exclude all allowed tokens in every row of a prompt, the allowed tokens remain possible.
        return where(impossible, allowed, sum).MoveToOuterDisposeScope();
    }
}
