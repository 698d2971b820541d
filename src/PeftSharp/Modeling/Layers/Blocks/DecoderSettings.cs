namespace PeftSharp.Modeling.Layers;

/// <summary>Sizes and options of a decoder with LLaMA's layers.</summary>
public sealed record DecoderSettings
{
    /// <summary>Width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Number of key and value heads; must divide <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a head. It may differ from <see cref="HiddenSize"/> / <see cref="Heads"/>.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Activation function of the gate, by its name in transformers. Default <c>silu</c>.</summary>
    public string Activation { get; init; } = "silu";

    /// <summary>Dropout of attention probabilities in training. Default 0.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Epsilon added to the mean square in RMS normalization. Default 1e-6.</summary>
    public double RmsNormEpsilon { get; init; } = 1e-6;

    /// <summary>Whether the projections to queries, keys and values have a bias. Default false.</summary>
    public bool HasQueryKeyValueBias { get; init; }

    /// <summary>Whether the projection after attention has a bias. Default false.</summary>
    public bool HasOutputBias { get; init; }

    /// <summary>Whether the feed-forward layer's projections have a bias. Default false.</summary>
    public bool HasFeedForwardBias { get; init; }

    /// <summary>Whether queries and keys of each head are normalized before the rotary embedding, as in Qwen3. Default false.</summary>
    public bool HasQueryKeyNorm { get; init; }

    /// <summary>
    /// Whether one projection computes queries, keys and values (<c>qkv_proj</c>), and another one computes the gate and the values of the
    /// feed-forward layer (<c>gate_up_proj</c>), as in Phi-3. Default false.
    /// </summary>
    public bool HasFusedProjections { get; init; }

    /// <summary>
    /// Whether the outputs of attention and of the feed-forward layer are normalized too, before they are added to the hidden states, as in
    /// Gemma 3. Default false.
    /// </summary>
    public bool HasOutputNorms { get; init; }

    /// <summary>Whether RMS normalization multiplies by 1 + w instead of w, as in Gemma. Default false.</summary>
    public bool HasUnitOffsetNorms { get; init; }

    /// <summary>Factor by which the embeddings of tokens are multiplied. Default 1.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>Factor by which attention scores are multiplied. Null: 1 / √<see cref="HeadWidth"/>.</summary>
    public double? AttentionScale { get; init; }

    /// <summary>
    /// Dropout of the outputs of attention and of the feed-forward layer in training. Null: these outputs have no dropout.
    /// </summary>
    public double? ResidualDropout { get; init; }

    /// <summary>Rotary embedding of queries and keys.</summary>
    public required RotaryEmbedding Rotary { get; init; }

    /// <summary>Rotary embedding in layers with a sliding window. Null: <see cref="Rotary"/>.</summary>
    public RotaryEmbedding? WindowRotary { get; init; }
}
