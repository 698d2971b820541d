using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Several sequences per prompt, with their state in beam search.</summary>
/// <param name="Sequences">Tokens, int64 [prompts, sequences, maximum tokens].</param>
/// <param name="Scores">The scores of the sequences, float [prompts, sequences].</param>
/// <param name="Lengths">
/// The number of new tokens of a finished sequence; the index of the beam that a running sequence continues. Int64 [prompts, sequences].
/// </param>
/// <param name="IsFinished">Whether each sequence is finished, bool [prompts, sequences].</param>
internal sealed record BeamSet(Tensor Sequences, Tensor Scores, Tensor Lengths, Tensor IsFinished) : IDisposable
{
    /// <summary>Selects sequences of each prompt by index, int64 [prompts, sequences].</summary>
    internal BeamSet Select(Tensor texts) =>
        new(Gather(Sequences, texts), Scores.gather(1, texts), Lengths.gather(1, texts), IsFinished.gather(1, texts));

    /// <summary>Appends other sequences of each prompt.</summary>
    internal BeamSet Concat(BeamSet others) => new(
        cat([Sequences, others.Sequences], 1), cat([Scores, others.Scores], 1),
        cat([Lengths, others.Lengths], 1), cat([IsFinished, others.IsFinished], 1));

    /// <summary>Selects the tokens of sequences of each prompt.</summary>
    internal static Tensor Gather(Tensor sequences, Tensor texts) =>
        sequences.gather(1, texts.unsqueeze(2).expand(-1, -1, sequences.shape[2]));

    internal BeamSet MoveToOuterDisposeScope()
    {
        foreach (var part in Parts) part.MoveToOuterDisposeScope();
        return this;
    }

    public void Dispose()
    {
        foreach (var part in Parts) part.Dispose();
    }

    private Tensor[] Parts => [Sequences, Scores, Lengths, IsFinished];
}
