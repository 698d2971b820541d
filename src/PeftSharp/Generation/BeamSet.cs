using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Several texts for each prompt, with what beam search knows of each.</summary>
/// <param name="Sequences">Their tokens, int64 [prompts, texts, most tokens].</param>
/// <param name="Scores">Float [prompts, texts].</param>
/// <param name="Lengths">New tokens of finished texts (of running ones, the beam that they continue), int64 [prompts, texts].</param>
/// <param name="IsFinished">Bool [prompts, texts].</param>
internal sealed record BeamSet(Tensor Sequences, Tensor Scores, Tensor Lengths, Tensor IsFinished) : IDisposable
{
    /// <summary>Some of each prompt's texts, by their numbers, int64 [prompts, texts].</summary>
    internal BeamSet Select(Tensor texts) => new(Gather(Sequences, texts), Scores.gather(1, texts), Lengths.gather(1, texts), IsFinished.gather(1, texts));

    /// <summary>These texts and others after them.</summary>
    internal BeamSet Concat(BeamSet others) => new(cat([Sequences, others.Sequences], 1), cat([Scores, others.Scores], 1), cat([Lengths, others.Lengths], 1), cat([IsFinished, others.IsFinished], 1));

    /// <summary>Tokens of some of each prompt's texts.</summary>
    internal static Tensor Gather(Tensor sequences, Tensor texts) => sequences.gather(1, texts.unsqueeze(2).expand(-1, -1, sequences.shape[2]));

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
