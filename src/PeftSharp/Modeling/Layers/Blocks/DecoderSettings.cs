namespace PeftSharp.Modeling.Layers;

/// <summary>Sizes and options of a decoder with LLaMA's layers.</summary>
public sealed record DecoderSettings
{
    /// <summary>Width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Number of key and value heads; divides <see cref="Heads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of a head. It need not be <see cref="HiddenSize"/> / <see cref="Heads"/>.</summary>
    public required int HeadWidth { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Activation of the feed-forward layer's gate, by transformers' name. Default <c>silu</c>.</summary>
    public string Activation { get; init; } = "silu";

    /// <summary>Dropout of attention probabilities in training. Default 0.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Added to the mean square in norms. Default 1e-6.</summary>
    public double RmsNormEpsilon { get; init; } = 1e-6;

    /// <summary>Whether the projections to queries, keys and values have a bias. Default false.</summary>
    public bool HasQueryKeyValueBias { get; init; }

    /// <summary>Whether the projection after attention has a bias. Default false.</summary>
    public bool HasOutputBias { get; init; }

    /// <summary>Whether the feed-forward layer's projections have a bias. Default false.</summary>
    public bool HasFeedForwardBias { get; init; }

    /// <summary>Whether queries and keys of each head are normalized before they are rotated, as in Qwen3. Default false.</summary>
    public bool HasQueryKeyNorm { get; init; }

    /// <summary>Rotation of queries and keys.</summary>
    public required RotaryEmbedding Rotary { get; init; }
}
