using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Lets only tokens come that a function allows after the text so far (De Cao et al. 2020, arXiv:2010.00904).</summary>
/// <remarks>Thread safety: instances can be used from several threads at once if the function can be called so.</remarks>
/// <param name="allowedTokens">From the number of the prompt in the batch and the text so far to the ids that may come; at least one.</param>
/// <param name="numBeams">Rows of a prompt.</param>
public sealed class PrefixConstrainedLogitsProcessor(Func<int, IReadOnlyList<long>, IReadOnlyList<int>> allowedTokens, int numBeams) : LogitsProcessor
{
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The function allows nothing, or an id that the vocabulary lacks.</exception>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var rows = (int)inputIds.shape[0];
        var allowed = full_like(scores, double.NegativeInfinity);
        for (var row = 0; row < rows; row++)
        {
            var ids = allowedTokens(row / numBeams, inputIds[row].cpu().data<long>().ToArray());
            if (ids.Count == 0) throw new InvalidOperationException($"PrefixAllowedTokens allows no token after row {row}; it must allow one, the end of text for example.");
            if (ids.FirstOrDefault(id => id < 0 || id >= scores.shape[1]) is var unknown and not 0)
                throw new InvalidOperationException($"PrefixAllowedTokens allows {unknown} after row {row}, but the vocabulary has {scores.shape[1]} ids. Encode the words with this model's tokenizer.");
            allowed[row].index_fill_(0, TokenFilter.Ids(ids, scores.device), 0);
        }
        var sum = scores + allowed;
        var impossible = sum.amax([-1]).isneginf().reshape(-1, numBeams).all(dim: 1).repeat_interleave(numBeams).unsqueeze(1);
        return where(impossible, allowed, sum).MoveToOuterDisposeScope();   // what is allowed comes, even where another rule forbids all of it
    }
}
