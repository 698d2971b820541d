namespace PeftSharp.Modeling.Layers;

/// <summary>Sizes and options of an encoder with BERT's layers.</summary>
public sealed record EncoderSettings
{
    /// <summary>Width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Activation function of the feed-forward layer, by its name in transformers. Default <c>gelu</c>.</summary>
    public string Activation { get; init; } = "gelu";

    /// <summary>Dropout of hidden states in training. Default 0.</summary>
    public double HiddenDropout { get; init; }

    /// <summary>Dropout of attention probabilities in training. Default 0.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Whether the projections to queries, keys and values have a bias. Default true.</summary>
    internal bool HasQueryKeyValueBias { get; init; } = true;

    /// <summary>Epsilon added to the variance in layer normalization. Default 1e-12.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-12;
}
