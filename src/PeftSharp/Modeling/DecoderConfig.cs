using System.Text.Json.Serialization;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Modeling;

/// <summary>The configuration of a decoder with LLaMA's layers: the fields that LLaMA, Qwen2 and similar models share.</summary>
/// <remarks>The constructor of a derived record can replace the default values, which are those of LLaMA 7B.</remarks>
public abstract record DecoderConfig : TransformerConfig
{
    private const double DefaultHeadDropout = 0.1;

    /// <summary>
    /// Creates a configuration with the layers of LLaMA 7B, and with a head whose weight is separate from the input embeddings.
    /// </summary>
    protected DecoderConfig() =>
        (HiddenSize, NumHiddenLayers, NumAttentionHeads, IntermediateSize, MaxPositionEmbeddings, TieWordEmbeddings) =
        (4096, 32, 32, 11008, 2048, false);

    /// <summary>
    /// Number of key and value heads per layer; must divide <see cref="TransformerConfig.NumAttentionHeads"/>. Null: as many as
    /// query heads.
    /// </summary>
    public int? NumKeyValueHeads { get; init; }

    /// <summary>
    /// Width of a head. Null: <see cref="TransformerConfig.HiddenSize"/> / <see cref="TransformerConfig.NumAttentionHeads"/>.
    /// </summary>
    public int? HeadDim { get; init; }

    /// <summary>Activation function of the feed-forward layer's gate. Default <c>silu</c> (Gemma 3: <c>gelu_pytorch_tanh</c>).</summary>
    public virtual string HiddenAct { get; init; } = "silu";

    /// <summary>Epsilon added to the mean square in RMS normalization. Default 1e-6 (Phi-3: 1e-5).</summary>
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
    /// The sliding window of a layer: the number of tokens that a token attends to, including itself. Null: a token attends to itself
    /// and all preceding tokens.
    /// </summary>
    /// <param name="layer">Zero-based index of the layer.</param>
    public virtual int? GetSlidingWindow(int layer) => null;

    /// <summary>
    /// Whether layers can rotate a part of each head (<see cref="RotaryParameters.PartialRotaryFactor"/>). Default false: whole heads are
    /// rotated, and <see cref="PretrainedConfig.Validate"/> rejects a factor other than 1.
    /// </summary>
    protected virtual bool SupportsPartialRotation => false;

    /// <summary>The effective dropout before a token classifier.</summary>
    internal double HeadDropout => ClassifierDropout ?? HiddenDropout ?? DefaultHeadDropout;

    private int KeyValueHeads => NumKeyValueHeads ?? NumAttentionHeads;

    private int HeadWidth => HeadDim ?? HiddenSize / NumAttentionHeads;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        string[] sizes =
            [.. SizeProblems(), .. MustBePositive(("num_key_value_heads", KeyValueHeads), ("head_dim", HeadDim ?? 1))];
        var probabilities = MustBeProbability(("attention_dropout", AttentionDropout), ("classifier_dropout", HeadDropout));
        foreach (var problem in sizes.Concat(probabilities).Concat(PaddingProblems()).Concat(RopeParameters.GetValidationErrors())
            .Concat(SupportsPartialRotation ? [] : RopeParameters.PartialProblems()).Concat(MustBeActivation(("hidden_act", HiddenAct)))
            .Concat(MustNotBeNegative(("rms_norm_eps", RmsNormEps))))
            yield return problem;
        if (sizes.Length > 0) yield break;
        if (NumAttentionHeads % KeyValueHeads != 0)
            yield return $"num_attention_heads {NumAttentionHeads} is not a multiple of num_key_value_heads {KeyValueHeads}";
        foreach (var problem in HeadDim is null ? HeadProblems() : []) yield return problem;
        foreach (var problem in RopeParameters.WidthProblems(HeadWidth)) yield return problem;
    }
}
