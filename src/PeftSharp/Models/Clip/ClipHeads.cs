using PeftSharp.Modeling;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Clip;

/// <summary>CLIP's text model with its projection (transformers' <c>CLIPTextModelWithProjection</c>).</summary>
/// <remarks>
/// <para>Outputs <c>text_embeds</c> [batch, projection], not scaled to length 1, and <c>last_hidden_state</c>.</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class ClipTextModelWithProjection
    : ClipModelWithProjection<ClipTextModelWithProjection, ClipTextConfig>, IPretrainedModel<ClipTextModelWithProjection, ClipTextConfig>
{
    private ClipTextModelWithProjection(ClipTextConfig config)
        : base("CLIPTextModelWithProjection", config, new ClipTextModel(config),
            ("text_projection", ClipProjection.Create(config.HiddenSize, config.ProjectionDim, config.InitializerFactor)), "text_embeds")
    { }

    static ClipTextModelWithProjection IPretrainedModel<ClipTextModelWithProjection, ClipTextConfig>.Create(
        ClipTextConfig config) =>
        new(config);
}

/// <summary>CLIP's vision model with its projection (transformers' <c>CLIPVisionModelWithProjection</c>).</summary>
/// <remarks>
/// <para>Outputs <c>image_embeds</c> [batch, projection], not scaled to length 1, and <c>last_hidden_state</c>.</para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class ClipVisionModelWithProjection
    : ClipModelWithProjection<ClipVisionModelWithProjection, ClipVisionConfig>,
        IPretrainedModel<ClipVisionModelWithProjection, ClipVisionConfig>
{
    private ClipVisionModelWithProjection(ClipVisionConfig config)
        : base("CLIPVisionModelWithProjection", config, new ClipVisionModel(config),
            ("visual_projection", ClipProjection.Create(config.HiddenSize, config.ProjectionDim, config.InitializerFactor)), "image_embeds")
    { }

    static ClipVisionModelWithProjection IPretrainedModel<ClipVisionModelWithProjection, ClipVisionConfig>.Create(
        ClipVisionConfig config) =>
        new(config);
}

/// <summary>
/// CLIP's vision model for image classification; the head reads the mean of the hidden states of the patches (transformers'
/// <c>CLIPForImageClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ClipForImageClassification
    : SequenceClassificationModel<ClipForImageClassification, ClipConfig>, IPretrainedModel<ClipForImageClassification, ClipConfig>
{
    [ComponentName(Name = "vision_model")] private readonly ClipVisionModel _vision;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    private ClipForImageClassification(ClipConfig config) : base("CLIPForImageClassification", config)
    {
        _vision = new ClipVisionModel(config.VisionConfig);
        _classifier = ClipProjection.Create(
            config.VisionConfig.HiddenSize, config.NumLabels, config.InitializerFactor, hasBias: true);
        RegisterComponents();
    }

    static ClipForImageClassification IPretrainedModel<ClipForImageClassification, ClipConfig>.Create(ClipConfig config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _vision;

    /// <inheritdoc/>
    protected override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs)
    {
        var states = body.LastHiddenState!;
        return _classifier.call(states.narrow(1, 1, states.shape[1] - 1).mean([1]));
    }
}
