namespace PeftSharp.Modeling.Layers;

/// <summary>Sizes and dropout probabilities of an encoder with BERT's layers.</summary>
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

    /// <summary>Describes each invalid value, with the field names of BERT's <c>config.json</c>; empty if the settings are valid.</summary>
    /// <param name="headsField">The configuration field of <see cref="Heads"/>.</param>
    /// <param name="activationField">The configuration field of <see cref="Activation"/>.</param>
    internal IEnumerable<string> GetValidationErrors(string headsField, string activationField)
    {
        foreach (var (name, value) in new[] { ("hidden_size", HiddenSize), (headsField, Heads), ("intermediate_size", IntermediateSize) })
            if (value < 1) yield return $"{name} is {value}; it must be at least 1";
        foreach (var (name, value) in new[] { ("hidden_dropout_prob", HiddenDropout), ("attention_probs_dropout_prob", AttentionDropout) })
            if (!(value is >= 0 and < 1))
                yield return FormattableString.Invariant($"{name} is {value}; it must be at least 0 and less than 1");
        if (Heads > 0 && HiddenSize % Heads != 0) yield return $"hidden_size {HiddenSize} is not a multiple of {headsField} {Heads}";
        if (!ActivationFunctions.Names.Contains(Activation))
            yield return $"{activationField} is '{Activation}'; it must be one of {string.Join(", ", ActivationFunctions.Names)}";
    }
}
