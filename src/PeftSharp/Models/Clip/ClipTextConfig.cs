using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Clip;

/// <summary>
/// The configuration of CLIP's text model (transformers' <c>CLIPTextConfig</c>). Defaults are those of openai/clip-vit-base-patch32.
/// </summary>
public sealed record ClipTextConfig : TransformerConfig
{
    /// <summary>Creates the configuration of openai/clip-vit-base-patch32.</summary>
    public ClipTextConfig()
    {
        (VocabSize, PadTokenId, BosTokenId, EosTokenId) = (49408, 1, 49406, [49407]);
        (HiddenSize, NumHiddenLayers, NumAttentionHeads, IntermediateSize, MaxPositionEmbeddings) = (512, 12, 8, 2048, 77);
    }

    /// <inheritdoc/>
    public override ModelFamily Family => ClipTextFamily.Instance;

    /// <summary>Width of the embeddings of <see cref="ClipTextModelWithProjection"/>. Default 512.</summary>
    public int ProjectionDim { get; init; } = 512;

    /// <summary>Activation function of the feed-forward layer. Default <c>quick_gelu</c>.</summary>
    public string HiddenAct { get; init; } = "quick_gelu";

    /// <summary>Epsilon added to the variance in layer normalization. Default 1e-5.</summary>
    public double LayerNormEps { get; init; } = 1e-5;

    /// <summary>Dropout of attention probabilities in training. Default 0.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Factor by which the standard deviations of initialized weights are multiplied. Default 1.</summary>
    public double InitializerFactor { get; init; } = 1;

    /// <inheritdoc/>
    public override int? MaxPositions => MaxPositionEmbeddings;

    internal EncoderSettings Encoder => new()
    {
        HiddenSize = HiddenSize,
        Heads = NumAttentionHeads,
        IntermediateSize = IntermediateSize,
        Activation = HiddenAct,
        AttentionDropout = AttentionDropout,
        LayerNormEpsilon = LayerNormEps,
    };

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors()
    {
        var problems = SizeProblems().Concat(MustBePositive(("projection_dim", ProjectionDim)))
            .Concat(MustBeProbability(("attention_dropout", AttentionDropout))).Concat(HeadProblems())
            .Concat(MustNotBeNegative(("layer_norm_eps", LayerNormEps)))
            .Concat(MustBeActivation(("hidden_act", HiddenAct)));
        foreach (var problem in problems) yield return problem;
        if (EosTokenId is not { Count: 1 })
            yield return $"eos_token_id is [{string.Join(", ", EosTokenId ?? [])}]; it must be one id, "
                + "the id of the token that ends a text";
    }

    internal IEnumerable<string> AllProblems() => GetValidationErrors();
}
