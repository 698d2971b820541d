using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Clip;

/// <summary>
/// The configuration of CLIP's vision model (transformers' <c>CLIPVisionConfig</c>). Defaults are those of openai/clip-vit-base-patch32.
/// </summary>
public sealed record ClipVisionConfig : VisionConfig
{
    /// <summary>Creates the configuration of openai/clip-vit-base-patch32.</summary>
    public ClipVisionConfig() => (PatchSize, HiddenAct, LayerNormEps) = ([32], "quick_gelu", 1e-5);

    /// <inheritdoc/>
    public override ModelFamily Family => ClipVisionFamily.Instance;

    /// <summary>Width of the embeddings of <see cref="ClipVisionModelWithProjection"/>. Default 512.</summary>
    public int ProjectionDim { get; init; } = 512;

    /// <summary>Dropout of attention probabilities in training. Default 0.</summary>
    public double AttentionDropout { get; init; }

    /// <summary>Factor by which the standard deviations of initialized weights are multiplied. Default 1.</summary>
    public double InitializerFactor { get; init; } = 1;

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
    protected override IEnumerable<string> GetValidationErrors() =>
        base.GetValidationErrors().Concat(MustBePositive(("projection_dim", ProjectionDim)))
        .Concat(MustBeProbability(("attention_dropout", AttentionDropout)));

    internal IEnumerable<string> AllProblems() => GetValidationErrors();
}
