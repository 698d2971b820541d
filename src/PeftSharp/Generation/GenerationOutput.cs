using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>
/// The result of generation (transformers' <c>GenerateDecoderOnlyOutput</c> and <c>GenerateBeamDecoderOnlyOutput</c>). The object owns its
/// tensors: do not use them after it is disposed.
/// </summary>
/// <remarks>Thread safety: several threads can read an instance at once. Dispose it only when no thread uses it.</remarks>
public sealed class GenerationOutput : IDisposable
{
    /// <summary>
    /// The prompts and the generated tokens, int64 [prompts × NumReturnSequences, tokens]. Shorter rows are padded with the padding token
    /// or, if there is none, with the end-of-sequence token. As in transformers, beam search also pads with the end-of-sequence token if
    /// the id of the padding token is 0.
    /// </summary>
    public required Tensor Sequences { get; init; }

    /// <summary>
    /// The sum of the log-probabilities of the generated tokens, after all logits processors, divided by (number of generated
    /// tokens)^LengthPenalty, float32 [prompts × NumReturnSequences]; null without beam search.
    /// </summary>
    public Tensor? SequencesScores { get; init; }

    /// <summary>
    /// The scores of each step after all logits processors, float32 [prompts × rows, vocabulary]. With beam search, the processors change
    /// log-probabilities instead of logits. A prompt has NumBeams rows with beam search, otherwise NumReturnSequences rows. Empty unless
    /// <see cref="GenerationOptions.OutputScores"/> is set.
    /// </summary>
    public IReadOnlyList<Tensor> Scores { get; init; } = [];

    /// <summary>
    /// The logits of the model in each step, before all logits processors, float32 [prompts × rows, vocabulary]. A prompt has NumBeams rows
    /// with beam search, otherwise NumReturnSequences rows. Empty unless <see cref="GenerationOptions.OutputLogits"/> is set.
    /// </summary>
    public IReadOnlyList<Tensor> Logits { get; init; } = [];

    /// <summary>Number of tokens of the prompt, including padding.</summary>
    public required int PromptLength { get; init; }

    /// <summary>
    /// Returns the generated tokens without the prompt, int64 [prompts × NumReturnSequences, new tokens]: a view of
    /// <see cref="Sequences"/>. The caller disposes the view.
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
