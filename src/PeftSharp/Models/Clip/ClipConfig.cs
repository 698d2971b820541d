using PeftSharp.Modeling;

namespace PeftSharp.Models.Clip;

/// <summary>
/// The configuration of a CLIP model with text and vision (transformers' <c>CLIPConfig</c>). Defaults are those of
/// openai/clip-vit-base-patch32.
/// </summary>
public sealed record ClipConfig : PretrainedConfig
{
    /// <inheritdoc/>
    public override ModelFamily Family => ClipFamily.Instance;

    /// <summary>The configuration of the text model.</summary>
    public ClipTextConfig TextConfig { get; init; } = new();

    /// <summary>The configuration of the vision model.</summary>
    public ClipVisionConfig VisionConfig { get; init; } = new();

    /// <summary>Width of the embedding space that texts and images share. Default 512.</summary>
    public int ProjectionDim { get; init; } = 512;

    /// <summary>Initial value of the logarithm of the factor by which the scores are multiplied. Default 2.6592.</summary>
    public double LogitScaleInitValue { get; init; } = 2.6592;

    /// <summary>Factor by which the standard deviations of initialized projections and classifiers are multiplied. Default 1.</summary>
    public double InitializerFactor { get; init; } = 1;

    internal override int LayerCount => Math.Max(TextConfig.LayerCount, VisionConfig.LayerCount);

    /// <inheritdoc/>
    protected override IEnumerable<string> GetValidationErrors() =>
        MustBePositive(("projection_dim", ProjectionDim))
            .Concat(TextConfig.AllProblems().Select(problem => $"text_config: {problem}"))
            .Concat(VisionConfig.AllProblems().Select(problem => $"vision_config: {problem}"));
}
