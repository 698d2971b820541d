namespace PeftSharp.Tuners;

/// <summary>
/// The base class of configurations of tuning methods that train virtual tokens before the text (peft's <c>PromptLearningConfig</c>).
/// </summary>
public abstract record PromptLearningConfig : PeftConfig
{
    /// <summary>Number of virtual tokens, at least 1. Required, because the default, 0, is invalid. Each virtual token occupies one
    /// position of the model.</summary>
    public int NumVirtualTokens { get; init; }

    /// <summary>Width of the model's embeddings. Null: detected from the model.</summary>
    public int? TokenDim { get; init; }

    /// <summary>Number of stacks of layers that receive virtual tokens. Null: 1. Values other than 1 are not supported.</summary>
    public int? NumTransformerSubmodules { get; init; }

    /// <summary>Number of attention heads per layer. Null: detected from the model.</summary>
    public int? NumAttentionHeads { get; init; }

    /// <summary>Number of layers. Null: detected from the model.</summary>
    public int? NumLayers { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="NumVirtualTokens"/> is less than 1.</exception>
    /// <exception cref="ArgumentException">
    /// <see cref="NumTransformerSubmodules"/> is neither null nor 1, or the task is <see cref="Tuners.TaskType.Seq2SeqLM"/>.
    /// </exception>
    public override void Validate()
    {
        if (NumVirtualTokens < 1)
            throw new ArgumentOutOfRangeException(
                nameof(NumVirtualTokens), NumVirtualTokens, "The number of virtual tokens must be at least 1.");
        if (NumTransformerSubmodules is not (null or 1))
            throw new ArgumentException($"NumTransformerSubmodules is {NumTransformerSubmodules}, but models with an encoder and a "
                + "decoder are not supported. Set it to null or 1.");
        if (TaskType == Tuners.TaskType.Seq2SeqLM)
            throw new ArgumentException("TaskType is Seq2SeqLM, but models with an encoder and a decoder are not supported. "
                + "Set the TaskType of the model.");
    }

    internal override string? SizeError(IEnumerable<IReadOnlyList<long>> shapes) =>
        SizeError(nameof(NumVirtualTokens), NumVirtualTokens, shapes);
}
