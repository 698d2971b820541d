using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Llama;

/// <summary>The values that describe a LLaMA (transformers' <c>LlamaConfig</c>); defaults are those of LLaMA 7B.</summary>
public sealed record LlamaConfig : TextConfig
{
    private const double DefaultHeadDropout = 0.1;

    /// <summary>The defaults of LLaMA 7B.</summary>
    public LlamaConfig() => (VocabSize, BosTokenId, EosTokenId, TieWordEmbeddings) = (32000, 1, [2], false);

    /// <inheritdoc/>
    public override ModelFamily Family => LlamaFamily.Instance;

    /// <summary>Width of the hidden states. Default 4096.</summary>
    public int HiddenSize { get; init; } = 4096;

    /// <summary>Width of the feed-forward layer. Default 11008.</summary>
    public int IntermediateSize { get; init; } = 11008;

    /// <summary>Number of layers. Default 32.</summary>
    public int NumHiddenLayers { get; init; } = 32;

    /// <summary>Query heads of a layer. Default 32.</summary>
    public int NumAttentionHeads { get; init; } = 32;

    /// <summary>Key and value heads of a layer; divides <see cref="NumAttentionHeads"/>. Null: as many as query heads.</summary>
    public int? NumKeyValueHeads { get; init; }

    /// <summary>Width of a head. Null: <see cref="HiddenSize"/> / <see cref="NumAttentionHeads"/>.</summary>
    public int? HeadDim { get; init; }

    /// <summary>Activation of the feed-forward layer's gate. Default <c>silu</c>.</summary>
    public string HiddenAct { get; init; } = "silu";

    /// <summary>Number of tokens that the model was trained with; longer inputs are allowed. Default 2048.</summary>
    public int MaxPositionEmbeddings { get; init; } = 2048;

    /// <summary>Added to the mean square in norms. Default 1e-6.</summary>
    public double RmsNormEps { get; init; } = 1e-6;

    /// <summary>Base and scaling of the rotary embeddings.</summary>
    public RotaryParameters RopeParameters { get; init; } = new();

    /// <summary>Whether the projections of attention have a bias. Default false.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>Dropout of attention probabilities in training. Default 0.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Whether the feed-forward layer's projections have a bias. Default false.</summary>
    public bool MlpBias { get; init; }

    /// <summary>Dropout before a classifier of tokens. Null: <see cref="HiddenDropout"/>.</summary>
    public double? ClassifierDropout { get; init; }

    /// <summary>Dropout before a classifier of tokens where <see cref="ClassifierDropout"/> is null. Null: 0.1.</summary>
    public double? HiddenDropout { get; init; }

    /// <inheritdoc/>
    public override int? MaxPositions => null;

    /// <inheritdoc/>
    public override AttentionShape? AttentionShape => new(NumHiddenLayers, NumAttentionHeads, NumKeyValueHeads ?? NumAttentionHeads, HeadWidth);

    /// <summary>Dropout before a classifier of tokens, resolved.</summary>
    internal double HeadDropout => ClassifierDropout ?? HiddenDropout ?? DefaultHeadDropout;

    private int HeadWidth => HeadDim ?? HiddenSize / NumAttentionHeads;

    /// <summary>Sizes and options of the layers.</summary>
    internal DecoderSettings Decoder() => new()
    {
        HiddenSize = HiddenSize,
        Heads = NumAttentionHeads,
        KeyValueHeads = NumKeyValueHeads ?? NumAttentionHeads,
        HeadWidth = HeadWidth,
        IntermediateSize = IntermediateSize,
        Activation = HiddenAct,
        AttentionDropout = AttentionDropout,
        RmsNormEpsilon = RmsNormEps,
        HasQueryKeyValueBias = AttentionBias,
        HasOutputBias = AttentionBias,
        HasFeedForwardBias = MlpBias,
        Rotary = new RotaryEmbedding(RopeParameters, HeadWidth, MaxPositionEmbeddings),
    };

    /// <inheritdoc/>
    protected override IEnumerable<string> Problems()
    {
        var keyValueHeads = NumKeyValueHeads ?? NumAttentionHeads;
        var sizes = MustBePositive(("vocab_size", VocabSize), ("hidden_size", HiddenSize), ("intermediate_size", IntermediateSize), ("num_hidden_layers", NumHiddenLayers),
            ("num_attention_heads", NumAttentionHeads), ("num_key_value_heads", keyValueHeads), ("max_position_embeddings", MaxPositionEmbeddings), ("head_dim", HeadDim ?? 1)).ToArray();
        foreach (var problem in sizes.Concat(MustBeProbability(("attention_dropout", AttentionDropout), ("classifier_dropout", HeadDropout))).Concat(RopeParameters.Problems())) yield return problem;
        if (!ActivationFunctions.Names.Contains(HiddenAct)) yield return $"hidden_act is '{HiddenAct}', it must be one of {string.Join(", ", ActivationFunctions.Names)}";
        if (sizes.Length > 0) yield break;
        if (NumAttentionHeads % keyValueHeads != 0) yield return $"num_attention_heads {NumAttentionHeads} is no multiple of num_key_value_heads {keyValueHeads}";
        if (HeadDim is null && HiddenSize % NumAttentionHeads != 0) yield return $"hidden_size {HiddenSize} is no multiple of num_attention_heads {NumAttentionHeads}";
        if (HeadWidth % 2 != 0) yield return $"a head is {HeadWidth} wide, but rotary embeddings need an even width";
    }
}
