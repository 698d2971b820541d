using System.Text.Json.Serialization;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Modeling;

/// <summary>The configuration of a decoder with LLaMA's layers: the fields that LLaMA, Qwen2 and similar models share.</summary>
/// <remarks>The default values are those of LLaMA 7B; the constructor of a derived record sets others.</remarks>
public abstract record DecoderConfig : TextConfig
{
    private const double DefaultHeadDropout = 0.1;

    /// <summary>Creates a configuration with a head whose weight is separate from the input embeddings.</summary>
    protected DecoderConfig() => TieWordEmbeddings = false;

    /// <summary>Width of the hidden states. Default 4096.</summary>
    public int HiddenSize { get; init; } = 4096;

    /// <summary>Width of the feed-forward layer. Default 11008.</summary>
    public int IntermediateSize { get; init; } = 11008;

    /// <summary>Number of layers. Default 32.</summary>
    public int NumHiddenLayers { get; init; } = 32;

    /// <summary>Number of query heads per layer. Default 32.</summary>
    public int NumAttentionHeads { get; init; } = 32;

    /// <summary>
    /// Number of key and value heads per layer; must divide <see cref="NumAttentionHeads"/>. Null: <see cref="NumAttentionHeads"/>.
    /// </summary>
    public int? NumKeyValueHeads { get; init; }

    /// <summary>Width of a head. Null: <see cref="HiddenSize"/> / <see cref="NumAttentionHeads"/>.</summary>
    public int? HeadDim { get; init; }

    /// <summary>Activation function of the feed-forward layer's gate. Default <c>silu</c>.</summary>
    public virtual string HiddenAct { get; init; } = "silu";

    /// <summary>Maximum number of tokens in training; longer inputs are allowed. Default 2048.</summary>
    public int MaxPositionEmbeddings { get; init; } = 2048;

    /// <summary>Epsilon added to the mean square in RMS normalization. Default 1e-6.</summary>
    public double RmsNormEps { get; init; } = 1e-6;

    /// <summary>Base and scaling of the rotary embeddings.</summary>
    [JsonConverter(typeof(RotaryParametersConverter))]
    public RotaryParameters RopeParameters { get; init; } = new();

    /// <summary>Dropout of attention probabilities in training. Default 0.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Dropout before a token classifier. Null: <see cref="HiddenDropout"/>.</summary>
    public double? ClassifierDropout { get; init; }

    /// <summary>Dropout before a token classifier if <see cref="ClassifierDropout"/> is null. Null: 0.1.</summary>
    public double? HiddenDropout { get; init; }

    /// <inheritdoc/>
    public override int? MaxPositions => null;

    /// <inheritdoc/>
    public override AttentionShape? AttentionShape => new(NumHiddenLayers, NumAttentionHeads, KeyValueHeads, HeadWidth);

    /// <summary>The sizes and options of the layers. Default: no biases and no normalization of queries and keys.</summary>
    [JsonIgnore]
    public virtual DecoderSettings Decoder => new()
    {
        HiddenSize = HiddenSize,
        Heads = NumAttentionHeads,
        KeyValueHeads = KeyValueHeads,
        HeadWidth = HeadWidth,
        IntermediateSize = IntermediateSize,
        Activation = HiddenAct,
        AttentionDropout = AttentionDropout,
        RmsNormEpsilon = RmsNormEps,
        Rotary = RotaryOf(RopeParameters),
        WindowRotary = RopeParameters.SlidingAttention is { } sliding ? RotaryOf(sliding) : null,
    };

    /// <summary>Creates a rotary embedding for this configuration's heads.</summary>
    /// <param name="parameters">Base and scaling.</param>
    private protected RotaryEmbedding RotaryOf(RotaryParameters parameters) => new(parameters, HeadWidth, MaxPositionEmbeddings);

    /// <summary>
    /// The sliding window of a layer: the number of tokens that a token attends to, including itself. Default null: all preceding tokens.
    /// </summary>
    /// <param name="layer">Zero-based index of the layer.</param>
    public virtual int? GetSlidingWindow(int layer) => null;

    /// <summary>The effective dropout before a token classifier.</summary>
    internal double HeadDropout => ClassifierDropout ?? HiddenDropout ?? DefaultHeadDropout;

    private int KeyValueHeads => NumKeyValueHeads ?? NumAttentionHeads;

    private int HeadWidth => HeadDim ?? HiddenSize / NumAttentionHeads;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        var sizes = MustBePositive(
            ("vocab_size", VocabSize), ("hidden_size", HiddenSize), ("intermediate_size", IntermediateSize),
            ("num_hidden_layers", NumHiddenLayers), ("num_attention_heads", NumAttentionHeads), ("num_key_value_heads", KeyValueHeads),
            ("max_position_embeddings", MaxPositionEmbeddings), ("head_dim", HeadDim ?? 1)).ToArray();
        var probabilities = MustBeProbability(("attention_dropout", AttentionDropout), ("classifier_dropout", HeadDropout));
        foreach (var problem in sizes.Concat(probabilities).Concat(PaddingProblems()).Concat(RopeParameters.GetValidationErrors()))
            yield return problem;
        if (!ActivationFunctions.Names.Contains(HiddenAct))
            yield return $"hidden_act is '{HiddenAct}'; it must be one of {string.Join(", ", ActivationFunctions.Names)}";
        if (sizes.Length > 0) yield break;
        if (NumAttentionHeads % KeyValueHeads != 0)
            yield return $"num_attention_heads {NumAttentionHeads} is not a multiple of num_key_value_heads {KeyValueHeads}";
        if (HeadDim is null && HiddenSize % NumAttentionHeads != 0)
            yield return $"hidden_size {HiddenSize} is not a multiple of num_attention_heads {NumAttentionHeads}";
        foreach (var problem in RopeParameters.WidthProblems(HeadWidth)) yield return problem;
    }
}
