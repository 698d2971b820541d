using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Generated sequences and what is known of them (transformers' <c>GenerateDecoderOnlyOutput</c> and <c>GenerateBeamDecoderOnlyOutput</c>). It owns its tensors: dispose it, and use <see cref="Sequences"/> before.</summary>
/// <remarks>Thread safety: several threads can read an instance at once; disposing it needs exclusive use.</remarks>
public sealed class GenerationOutput : IDisposable
{
    /// <summary>Prompts and the tokens after them, int64 [prompts × returned, tokens]; short rows are filled with the padding token.</summary>
    public required Tensor Sequences { get; init; }

    /// <summary>Log-probability of each sequence divided by its length to the power of the length penalty, float [prompts × returned]; null without beams.</summary>
    public Tensor? SequencesScores { get; init; }

    /// <summary>The scores from which each new token was chosen, after all processors: float32 [prompts × rows, vocabulary] for each step; log-probabilities with beams. Empty unless <see cref="GenerationOptions.OutputScores"/> is set.</summary>
    public IReadOnlyList<Tensor> Scores { get; init; } = [];

    /// <summary>The model's logits for each new token, before any processor: float32 [prompts × rows, vocabulary] for each step. Empty unless <see cref="GenerationOptions.OutputLogits"/> is set.</summary>
    public IReadOnlyList<Tensor> Logits { get; init; } = [];

    /// <summary>Number of tokens of the prompt; those after it are new.</summary>
    public required int PromptLength { get; init; }

    /// <summary>The new tokens alone, int64 [prompts × returned, new tokens]: a view of <see cref="Sequences"/>.</summary>
    public Tensor NewTokens() => Sequences.narrow(1, PromptLength, Sequences.shape[1] - PromptLength);

    /// <inheritdoc/>
    public void Dispose()
    {
        Sequences.Dispose();
        SequencesScores?.Dispose();
        foreach (var tensor in Scores.Concat(Logits)) tensor.Dispose();
    }

    /// <summary>Moves every tensor to the dispose scope around the current one.</summary>
    internal GenerationOutput MoveToOuterDisposeScope()
    {
        Sequences.MoveToOuterDisposeScope();
        SequencesScores?.MoveToOuterDisposeScope();
        foreach (var tensor in Scores.Concat(Logits)) tensor.MoveToOuterDisposeScope();
        return this;
    }
}
