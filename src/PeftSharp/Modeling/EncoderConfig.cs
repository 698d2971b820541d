using System.Text.Json.Serialization;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Modeling;

/// <summary>The configuration of an encoder with BERT's layers: the fields that BERT, RoBERTa and similar models share.</summary>
public abstract record EncoderConfig : TextConfig
{
    /// <summary>Width of the hidden states. Default 768.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Number of layers. Default 12.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Number of attention heads per layer; must divide <see cref="HiddenSize"/>. Default 12.</summary>
    public int NumAttentionHeads { get; init; } = 12;

    /// <summary>Width of the feed-forward layer. Default 3072.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>Activation function of the feed-forward layer. Default <c>gelu</c>.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Dropout of hidden states in training. Default 0.1.</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>Dropout of attention probabilities in training. Default 0.1.</summary>
    public double AttentionProbsDropoutProb { get; init; } = 0.1;

    /// <summary>Maximum number of positions: the rows of the position embeddings. Default 512.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Number of token types. Default 2.</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>Epsilon added to the variance in layer normalization. Default 1e-12.</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <summary>Dropout before the classifier, in training. Null: <see cref="HiddenDropoutProb"/>.</summary>
    public double? ClassifierDropout { get; init; }

    /// <summary>Whether the model is a decoder. Not supported: creating a model with true throws.</summary>
    public bool IsDecoder { get; init; }

    /// <summary>Whether the layers use cross-attention. Not supported: creating a model with true throws.</summary>
    public bool AddCrossAttention { get; init; }

    /// <inheritdoc/>
    public override AttentionShape? AttentionShape =>
        new(NumHiddenLayers, NumAttentionHeads, NumAttentionHeads, HiddenSize / NumAttentionHeads);

    /// <summary>The minimum number of token types. Default 1.</summary>
    private protected virtual int MinTokenTypes => 1;

    /// <summary>The effective dropout before the classifier.</summary>
    internal double HeadDropout => ClassifierDropout ?? HiddenDropoutProb;

    /// <summary>The sizes and dropout probabilities of the layers, as the blocks of an encoder read them.</summary>
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
        var problems = Encoder.GetValidationErrors("num_attention_heads", "hidden_act")
            .Concat(MustBePositive(("vocab_size", VocabSize), ("num_hidden_layers", NumHiddenLayers),
                ("max_position_embeddings", MaxPositionEmbeddings)))
            .Concat(MustBeProbability(("classifier_dropout", HeadDropout)));
        foreach (var problem in problems) yield return problem;
        if (TypeVocabSize < MinTokenTypes) yield return $"type_vocab_size is {TypeVocabSize}; it must be at least {MinTokenTypes}";
        if (IsDecoder) yield return "is_decoder is true, but only the encoder is supported";
        if (AddCrossAttention) yield return "add_cross_attention is true, but only self-attention is supported";
    }
}
