using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// The result of generation (transformers' <c>GenerateDecoderOnlyOutput</c> and <c>GenerateBeamDecoderOnlyOutput</c>). It owns its
/// tensors: do not use <see cref="Sequences"/> after disposing it.
/// </summary>
/// <remarks>Thread safety: several threads can read an instance at once; disposing it needs exclusive use.</remarks>
public sealed class GenerationOutput : IDisposable
{
    /// <summary>Prompts and generated tokens, int64 [prompts × returned, tokens]; shorter rows are padded with the padding token.</summary>
    public required Tensor Sequences { get; init; }

    /// <summary>
    /// Log-probability of each sequence divided by its length to the power of the length penalty, float [prompts × returned]; null
    /// without beam search.
    /// </summary>
    public Tensor? SequencesScores { get; init; }

    /// <summary>
    /// The scores of each generated token after all processors: float32 [prompts × rows, vocabulary] per step; log-probabilities with beam
    /// search. Empty unless <see cref="GenerationOptions.OutputScores"/> is set.
    /// </summary>
    public IReadOnlyList<Tensor> Scores { get; init; } = [];

    /// <summary>
    /// The logits of the model for each generated token, before all processors: float32 [prompts × rows, vocabulary] per step. Empty unless
    /// <see cref="GenerationOptions.OutputLogits"/> is set.
    /// </summary>
    public IReadOnlyList<Tensor> Logits { get; init; } = [];

    /// <summary>Number of tokens of the prompt, including padding.</summary>
    public required int PromptLength { get; init; }

    /// <summary>
    /// Returns the generated tokens without the prompt, int64 [prompts × returned, new tokens]: a view of <see cref="Sequences"/>, which
    /// the caller disposes.
    /// </summary>
    public Tensor GetNewTokens() => Sequences.narrow(1, PromptLength, Sequences.shape[1] - PromptLength);

    /// <inheritdoc/>
    public void Dispose()
    {
        Sequences.Dispose();
        SequencesScores?.Dispose();
        foreach (var tensor in Scores.Concat(Logits)) tensor.Dispose();
    }

    /// <summary>Moves all tensors to the outer dispose scope.</summary>
    internal GenerationOutput MoveToOuterDisposeScope()
    {
        Sequences.MoveToOuterDisposeScope();
        SequencesScores?.MoveToOuterDisposeScope();
        foreach (var tensor in Scores.Concat(Logits)) tensor.MoveToOuterDisposeScope();
        return this;
    }
}
