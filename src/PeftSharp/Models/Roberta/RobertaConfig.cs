using System.Text.Json.Serialization;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Roberta;

/// <summary>The values that describe a RoBERTa (transformers' <c>RobertaConfig</c>); defaults are transformers'.</summary>
public sealed record RobertaConfig : TextConfig
{
    /// <summary>transformers' defaults.</summary>
    public RobertaConfig() => (VocabSize, PadTokenId, BosTokenId, EosTokenId) = (50265, 1, 0, [2]);

    /// <inheritdoc/>
    [JsonIgnore]
    public override ModelFamily Family => RobertaFamily.Instance;

    /// <summary>Width of the hidden states. Default 768.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Number of layers. Default 12.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Attention heads of a layer; divides <see cref="HiddenSize"/>. Default 12.</summary>
    public int NumAttentionHeads { get; init; } = 12;

    /// <summary>Width of the feed-forward layer. Default 3072.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>Activation of the feed-forward layer. Default <c>gelu</c>.</summary>
    public string HiddenAct { get; init; } = "gelu";

    /// <summary>Dropout of hidden states in training. Default 0.1.</summary>
    public double HiddenDropoutProb { get; init; } = 0.1;

    /// <summary>Dropout of attention probabilities in training. Default 0.1.</summary>
    public double AttentionProbsDropoutProb { get; init; } = 0.1;

    /// <summary>Rows of the position embeddings. The first <c>pad_token_id + 1</c> belong to no token, so an input has at most this many tokens less. Default 512.</summary>
    public int MaxPositionEmbeddings { get; init; } = 512;

    /// <summary>Number of token types. Default 2.</summary>
    public int TypeVocabSize { get; init; } = 2;

    /// <summary>Added to the variance in layer norms. Default 1e-12.</summary>
    public double LayerNormEps { get; init; } = 1e-12;

    /// <summary>Dropout in a classifier. Null: <see cref="HiddenDropoutProb"/>.</summary>
    public double? ClassifierDropout { get; init; }

    /// <summary>Whether the model is a decoder, which is not supported.</summary>
    public bool IsDecoder { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override int? MaxPositions => MaxPositionEmbeddings - FirstPosition;

    /// <inheritdoc/>
    [JsonIgnore]
    public override AttentionShape? AttentionShape => new(NumHiddenLayers, NumAttentionHeads, NumAttentionHeads, HiddenSize / NumAttentionHeads);

    /// <summary>Position of the first token.</summary>
    [JsonIgnore]
    internal int FirstPosition => (PadTokenId ?? 0) + 1;

    /// <summary>Dropout in a classifier, resolved.</summary>
    internal double HeadDropout => ClassifierDropout ?? HiddenDropoutProb;

    /// <summary>Sizes and rates of the layers.</summary>
    internal EncoderSettings Encoder => new()
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
    protected override IEnumerable<string> Problems()
    {
        var problems = Encoder.Problems("num_attention_heads", "hidden_act")
            .Concat(MustBePositive(("vocab_size", VocabSize), ("num_hidden_layers", NumHiddenLayers), ("type_vocab_size", TypeVocabSize)))
            .Concat(MustBeProbability(("classifier_dropout", HeadDropout)));
        foreach (var problem in problems) yield return problem;
        if (PadTokenId is not { } pad || pad < 0 || pad >= VocabSize) yield return $"pad_token_id is {PadTokenId}; it must be one of the {VocabSize} ids (vocab_size), since positions are counted from it";
        if (MaxPositions < 1) yield return $"max_position_embeddings is {MaxPositionEmbeddings}; it must be greater than pad_token_id + 1";
        if (IsDecoder) yield return "is_decoder is true, but only the encoder is supported";
    }
}
