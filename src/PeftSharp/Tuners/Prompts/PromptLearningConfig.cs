namespace PeftSharp.Tuners;

/// <summary>The configuration of a method that puts trained virtual tokens before the text (peft's <c>PromptLearningConfig</c>).</summary>
public abstract record PromptLearningConfig : PeftConfig
{
    /// <summary>Number of virtual tokens; at least 1. They take positions of the model.</summary>
    public int NumVirtualTokens { get; init; }

    /// <summary>Width of the model's embeddings. Null: that of the model.</summary>
    public int? TokenDim { get; init; }

    /// <summary>Number of stacks of layers that get virtual tokens. Null: 1. Other numbers are not supported.</summary>
    public int? NumTransformerSubmodules { get; init; }

    /// <summary>Number of attention heads of a layer. Null: that of the model.</summary>
    public int? NumAttentionHeads { get; init; }

    /// <summary>Number of layers. Null: that of the model.</summary>
    public int? NumLayers { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 1 virtual tokens.</exception>
    public override void Validate()
    {
        if (NumVirtualTokens < 1) throw new ArgumentOutOfRangeException(nameof(NumVirtualTokens), NumVirtualTokens, "The number of virtual tokens (num_virtual_tokens) is at least 1.");
        if (NumTransformerSubmodules is not (null or 1))
            throw new ArgumentException($"NumTransformerSubmodules is {NumTransformerSubmodules}: only models with one stack of layers are supported. Leave it null.");
        if (TaskType == Tuners.TaskType.Seq2SeqLM) throw new ArgumentException("TaskType is SEQ_2_SEQ_LM: only models with one stack of layers are supported.");
    }
}
