namespace PeftSharp.Modeling;

/// <summary>
/// The configuration of a text model with layers of self-attention: the sizes that BERT, LLaMA and similar models share. The constructor of
/// a derived record sets their default values.
/// </summary>
public abstract record TransformerConfig : TextConfig
{
    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; }

    /// <summary>Number of layers.</summary>
    public int NumHiddenLayers { get; init; }

    /// <summary>Number of attention heads per layer. If keys and values have fewer heads: the number of query heads.</summary>
    public int NumAttentionHeads { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public int IntermediateSize { get; init; }

    /// <summary>
    /// Number of position embeddings, if they are trained; otherwise, the maximum number of tokens for which the model was pretrained.
    /// </summary>
    public int MaxPositionEmbeddings { get; init; }

    /// <inheritdoc/>
    public override AttentionShape? AttentionShape =>
        new(NumHiddenLayers, NumAttentionHeads, NumAttentionHeads, HiddenSize / NumAttentionHeads);

    /// <summary>Describes each size that is less than 1.</summary>
    private protected IReadOnlyList<string> SizeProblems() =>
    [
        .. MustBePositive(("vocab_size", VocabSize), ("hidden_size", HiddenSize), ("num_hidden_layers", NumHiddenLayers),
            ("num_attention_heads", NumAttentionHeads), ("intermediate_size", IntermediateSize),
            ("max_position_embeddings", MaxPositionEmbeddings)),
    ];

    /// <summary>Describes a width that cannot be divided among the heads.</summary>
    private protected IEnumerable<string> HeadProblems()
    {
        if (NumAttentionHeads > 0 && HiddenSize % NumAttentionHeads != 0)
            yield return $"hidden_size {HiddenSize} is not a multiple of num_attention_heads {NumAttentionHeads}";
    }
}
