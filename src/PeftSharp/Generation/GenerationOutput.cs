using static TorchSharp.torch;

namespace PeftSharp.Generation;

/// <summary>Generated texts with what is known of them (transformers' <c>GenerateDecoderOnlyOutput</c> and <c>GenerateBeamDecoderOnlyOutput</c>). It owns its tensors.</summary>
/// <remarks>Thread safety: several threads can read an instance at once; disposing it needs exclusive use.</remarks>
public sealed class GenerationOutput : IDisposable
{
    /// <summary>Prompts and answers, int64 [prompts × returned, tokens]; short ones are filled.</summary>
    public required Tensor Sequences { get; init; }

    /// <summary>Each text's log-probability divided by its length to the power of the length penalty, float [prompts × returned]; null without beams.</summary>
    public Tensor? SequencesScores { get; init; }

    /// <summary>Tokens of the prompt; those after it are new.</summary>
    public required int PromptLength { get; init; }

    /// <summary>The answers alone, int64 [prompts × returned, new tokens]; a view.</summary>
    public Tensor NewTokens() => Sequences.narrow(1, PromptLength, Sequences.shape[1] - PromptLength);

    /// <inheritdoc/>
    public void Dispose()
    {
        Sequences.Dispose();
        SequencesScores?.Dispose();
    }
}
