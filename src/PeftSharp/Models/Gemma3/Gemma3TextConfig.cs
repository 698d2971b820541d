using System.Text.Json.Serialization;
using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Gemma3;

/// <summary>The configuration of the text decoder of Gemma 3 (transformers' <c>Gemma3TextConfig</c>).</summary>
public sealed record Gemma3TextConfig : DecoderConfig
{
    internal const double GlobalTheta = 1_000_000, LocalTheta = 10_000;

    /// <summary>Creates a configuration with the default values of transformers.</summary>
    public Gemma3TextConfig()
    {
        (VocabSize, HiddenSize, IntermediateSize, NumHiddenLayers) = (262208, 2304, 9216, 26);
        (NumAttentionHeads, NumKeyValueHeads, HeadDim, MaxPositionEmbeddings) = (8, 4, 256, 131072);
        (PadTokenId, BosTokenId, EosTokenId, TieWordEmbeddings) = (0, 2, [1], true);
        RopeParameters = new RotaryParameters { RopeTheta = GlobalTheta, SlidingAttention = new() { RopeTheta = LocalTheta } };
    }

    /// <inheritdoc/>
    public override ModelFamily Family => Gemma3Family.Instance;

    /// <summary>
    /// Activation function of the feed-forward layer's gate (<c>hidden_activation</c>). Default <c>gelu_pytorch_tanh</c>.
    /// </summary>
    [JsonPropertyName("hidden_activation")]
    public override string HiddenAct { get; init; } = "gelu_pytorch_tanh";

    /// <summary>Whether the attention projections have a bias. Default false.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>The attention scores are divided by the square root of this number. Default 256.</summary>
    public int QueryPreAttnScalar { get; init; } = 256;

    /// <summary>
    /// Number of tokens that a token attends to in a layer with a sliding window, including itself. If this value is null,
    /// <see cref="LayerTypes"/> must be <c>full_attention</c> for every layer. Default 4096.
    /// </summary>
    public int? SlidingWindow { get; init; } = 4096;

    /// <summary>
    /// Every layer whose one-based number is a multiple of this number attends to all preceding tokens. The other layers attend to a
    /// sliding window. Only read if <see cref="LayerTypes"/> is null. Default 6.
    /// </summary>
    public int SlidingWindowPattern { get; init; } = 6;

    /// <summary>
    /// <c>full_attention</c> or <c>sliding_attention</c> for each layer. Null: <see cref="SlidingWindowPattern"/> determines the type of
    /// each layer.
    /// </summary>
    public IReadOnlyList<string>? LayerTypes { get; init; }

    /// <summary>Soft cap of the logits. Not supported: creating a model with a value throws.</summary>
    public double? FinalLogitSoftcapping { get; init; }

    /// <summary>Soft cap of the attention scores. Not supported: creating a model with a value throws.</summary>
    public double? AttnLogitSoftcapping { get; init; }

    /// <summary>Whether attention is not causal. Not supported: creating a model with true throws. Default false.</summary>
    public bool UseBidirectionalAttention { get; init; }

    /// <inheritdoc/>
    public override DecoderSettings Decoder => base.Decoder with
    {
        HasQueryKeyValueBias = AttentionBias,
        HasOutputBias = AttentionBias,
        HasQueryKeyNorm = true,
        HasOutputNorms = true,
        HasUnitOffsetNorms = true,
        EmbeddingScale = Math.Sqrt(HiddenSize),
        AttentionScale = 1 / Math.Sqrt(QueryPreAttnScalar),
    };

    /// <inheritdoc/>
    public override int? GetSlidingWindow(int layer) =>
        (LayerTypes is { } types ? AttentionTypes.IsSliding(types[layer]) : (layer + 1) % SlidingWindowPattern != 0) ? SlidingWindow : null;

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        foreach (var problem in base.GetValidationErrors()
            .Concat(MustBePositive(
                ("query_pre_attn_scalar", QueryPreAttnScalar), ("sliding_window", SlidingWindow ?? 1),
                ("sliding_window_pattern", SlidingWindowPattern)))
            .Concat(AttentionTypes.GetValidationErrors(LayerTypes, NumHiddenLayers, SlidingWindow, "sliding_window")))
            yield return problem;
        if (LayerTypes is null && SlidingWindow is null)
            yield return "sliding_window is null, but layers have a sliding window (sliding_window_pattern): set sliding_window, "
                + "or set layer_types";
        if (FinalLogitSoftcapping is { } final) yield return Unsupported("final_logit_softcapping", final);
        if (AttnLogitSoftcapping is { } scores) yield return Unsupported("attn_logit_softcapping", scores);
        if (UseBidirectionalAttention) yield return "use_bidirectional_attention is true, but only causal attention is supported";
    }

    private static string Unsupported(string field, double value) =>
        FormattableString.Invariant($"{field} is {value}, but soft caps are not supported; the published Gemma 3 models have null");
}
