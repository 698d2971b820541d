using System.Text.Json;
using System.Text.Json.Serialization;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Modeling;

/// <summary>The configuration of an encoder with BERT's layers: the fields that BERT, RoBERTa and similar models share.</summary>
/// <remarks>The constructor of a derived record can replace the default values, which are those of bert-base-uncased.</remarks>
public abstract record EncoderConfig : TransformerConfig
{
    /// <summary>Creates a configuration with the layers of bert-base-uncased.</summary>
    protected EncoderConfig() =>
        (HiddenSize, NumHiddenLayers, NumAttentionHeads, IntermediateSize, MaxPositionEmbeddings) = (768, 12, 12, 3072, 512);

    /// <summary>Activation function of the feed-forward layer. Default <c>gelu</c>.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Dropout of hidden states in training. Default 0.1.</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>Dropout of attention probabilities in training. Default 0.1.</summary>
    public double AttentionProbsDropoutProb { get; init; } = 0.1;

    /// <summary>Number of token types. Default 2 (DeBERTa: 0).</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>Epsilon added to the variance in layer normalization. Default 1e-12 (DeBERTa: 1e-7).</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <summary>
    /// Dropout before the classifier, in training. Null: <see cref="HiddenDropoutProb"/>. DeBERTa has the field <c>cls_dropout</c> instead.
    /// </summary>
    public double? ClassifierDropout { get; init; }

    /// <summary>Whether the model is a decoder. Not supported: creating a model with true throws.</summary>
    public bool IsDecoder { get; init; }

    /// <summary>Whether the layers use cross-attention. Not supported: creating a model with true throws.</summary>
    public bool AddCrossAttention { get; init; }

    /// <summary>The minimum number of token types. Default 1.</summary>
    private protected virtual int MinTokenTypes => 1;

    /// <summary>The effective dropout before the classifier.</summary>
    internal virtual double HeadDropout => ClassifierDropout ?? HiddenDropoutProb;

    /// <summary>The sizes and options of <see cref="Layers.Encoder"/> and its layers.</summary>
    [JsonIgnore]
    public EncoderSettings Encoder => new()
    {
        HiddenSize = HiddenSize,
        Heads = NumAttentionHeads,
        IntermediateSize = IntermediateSize,
        Activation = HiddenAct,
        HiddenDropout = HiddenDropoutProb,
        AttentionDropout = AttentionProbsDropoutProb,
        LayerNormEpsilon = LayerNormEps,
    };

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        var problems = SizeProblems()
            .Concat(MustBeProbability(
                ("hidden_dropout_prob", HiddenDropoutProb), ("attention_probs_dropout_prob", AttentionProbsDropoutProb),
                ("classifier_dropout", ClassifierDropout ?? 0)))
            .Concat(HeadProblems()).Concat(MustBeActivation(("hidden_act", HiddenAct)))
            .Concat(MustNotBeNegative(("layer_norm_eps", LayerNormEps)));
        foreach (var problem in problems) yield return problem;
        if (TypeVocabSize < MinTokenTypes) yield return $"type_vocab_size is {TypeVocabSize}; it must be at least {MinTokenTypes}";
        if (IsDecoder) yield return "is_decoder is true, but only the encoder is supported";
        if (AddCrossAttention) yield return "add_cross_attention is true, but only self-attention is supported";
        // In transformers 4, attention scores could depend on distances. transformers 5 ignores this field and gives other results.
        if (AdditionalFields?.TryGetValue("position_embedding_type", out var positions) == true
            && positions.ValueKind == JsonValueKind.String && positions.GetString() is { } type and not "absolute")
            yield return $"position_embedding_type is '{type}', but only 'absolute' is supported";
    }
}
