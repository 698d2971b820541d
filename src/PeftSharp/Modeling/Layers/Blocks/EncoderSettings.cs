namespace PeftSharp.Modeling.Layers;

/// <summary>Sizes and rates of an encoder with BERT's layers.</summary>
public sealed record EncoderSettings
{
    /// <summary>Width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Width of the feed-forward layer.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Activation of the feed-forward layer, by transformers' name. Default <c>gelu</c>.</summary>
    public string Activation { get; init; } = "gelu";

    /// <summary>Dropout of hidden states in training. Default 0.</summary>
    public double HiddenDropout { get; init; }

    /// <summary>Dropout of attention probabilities in training. Default 0.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Added to the variance in layer norms. Default 1e-12.</summary>
    public double LayerNormEpsilon { get; init; } = 1e-12;

    /// <summary>Reasons why no encoder can be built from these values, with the field names of BERT's <c>config.json</c>; empty where one can.</summary>
    /// <param name="headsField">The configuration's field for <see cref="Heads"/>.</param>
    /// <param name="activationField">The configuration's field for <see cref="Activation"/>.</param>
    public IEnumerable<string> Problems(string headsField, string activationField)
    {
        foreach (var (name, value) in new[] { ("hidden_size", HiddenSize), (headsField, Heads), ("intermediate_size", IntermediateSize) })
            if (value < 1) yield return $"{name} is {value}, it must be at least 1";
        foreach (var (name, value) in new[] { ("hidden_dropout_prob", HiddenDropout), ("attention_probs_dropout_prob", AttentionDropout) })
            if (!(value is >= 0 and < 1)) yield return FormattableString.Invariant($"{name} is {value}, it must be at least 0 and less than 1");
        if (Heads > 0 && HiddenSize % Heads != 0) yield return $"hidden_size {HiddenSize} is no multiple of {headsField} {Heads}";
        if (!ActivationFunctions.Names.Contains(Activation)) yield return $"{activationField} is '{Activation}', it must be one of {string.Join(", ", ActivationFunctions.Names)}";
    }
}
