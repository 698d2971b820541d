using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Adds a bias to the score of the token that would complete one of the given sequences.</summary>
/// <remarks>Thread safety: instances are immutable and can be used from several threads at once.</remarks>
/// <param name="biases">The sequences and their biases; each sequence has at least one token.</param>
public sealed class SequenceBiasLogitsProcessor(IReadOnlyList<SequenceBias> biases) : LogitsProcessor
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">A sequence contains an id that is not in the vocabulary.</exception>
    public override Tensor Process(Tensor inputIds, Tensor scores)
    {
        using var scope = NewDisposeScope();
        Check(scores.shape[1]);
        var bias = zeros_like(scores);
        foreach (var (tokens, value) in biases)
        {
            if (tokens.Count - 1 > inputIds.shape[1]) continue;
            var column = bias.select(1, tokens[^1]);
            if (tokens.Count == 1) column.add_(value);
            else column.add_(zeros_like(column).masked_fill_(EndsWith(inputIds, tokens.Take(tokens.Count - 1)), value));
        }
        return (scores + bias).MoveToOuterDisposeScope();
    }

    /// <summary>Returns whether each row ends with the tokens, bool [rows].</summary>
    private static Tensor EndsWith(Tensor inputIds, IEnumerable<int> tokens)
    {
        var wanted = TokenFilter.Ids(tokens, inputIds.device);
        return inputIds.narrow(1, inputIds.shape[1] - wanted.shape[0], wanted.shape[0]).eq(wanted).all(dim: 1);
    }

    private void Check(long vocabulary)
    {
        var unknown = biases.SelectMany(bias => bias.Tokens).Where(id => id < 0 || id >= vocabulary).Distinct().ToArray();
        if (unknown.Length > 0)
            throw new ArgumentException($"The sequences contain ids that are not in the vocabulary: {string.Join(", ", unknown)}. "
                + $"The vocabulary has {vocabulary} ids. Use ids of this model's tokenizer.");
    }
}
