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
    : PretrainedModel<ClipTextModelWithProjection, ClipTextConfig>, IPretrainedModel<ClipTextModelWithProjection, ClipTextConfig>
{
    [ComponentName(Name = "text_model")] private readonly ClipTextModel _text;
    [ComponentName(Name = "text_projection")] private readonly Module<Tensor, Tensor> _projection;

    private ClipTextModelWithProjection(ClipTextConfig config) : base("CLIPTextModelWithProjection", config)
    {
        _text = new ClipTextModel(config);
        _projection = ClipProjection.Create(config.HiddenSize, config.ProjectionDim, config.InitializerFactor);
        RegisterComponents();
    }

    static ClipTextModelWithProjection IPretrainedModel<ClipTextModelWithProjection, ClipTextConfig>.Create(ClipTextConfig config) =>
        new(config);

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs => _text.Inputs;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => _text.OptionNames;

    /// <inheritdoc/>
    public override Module<Tensor, Tensor> InputEmbeddings => _text.InputEmbeddings;

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var body = _text.call(inputs, options);
        return new ModelOutput
        {
            ["text_embeds"] = _projection.call(body.PoolerOutput!),
            LastHiddenState = body.LastHiddenState,
            HiddenStates = body.HiddenStates,
            Attentions = body.Attentions,
        };
    }
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
    : PretrainedModel<ClipVisionModelWithProjection, ClipVisionConfig>, IPretrainedModel<ClipVisionModelWithProjection, ClipVisionConfig>
{
    [ComponentName(Name = "vision_model")] private readonly ClipVisionModel _vision;
    [ComponentName(Name = "visual_projection")] private readonly Module<Tensor, Tensor> _projection;

    private ClipVisionModelWithProjection(ClipVisionConfig config) : base("CLIPVisionModelWithProjection", config)
    {
        _vision = new ClipVisionModel(config);
        _projection = ClipProjection.Create(config.HiddenSize, config.ProjectionDim, config.InitializerFactor);
        RegisterComponents();
    }

    static ClipVisionModelWithProjection IPretrainedModel<ClipVisionModelWithProjection, ClipVisionConfig>.Create(
        ClipVisionConfig config) => new(config);

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs => _vision.Inputs;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => _vision.OptionNames;

    /// <inheritdoc/>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var body = _vision.call(inputs, options);
        return new ModelOutput
        {
            ["image_embeds"] = _projection.call(body.PoolerOutput!),
            LastHiddenState = body.LastHiddenState,
            HiddenStates = body.HiddenStates,
            Attentions = body.Attentions,
        };
    }
}

/// <summary>
/// CLIP's vision model for image classification, from the mean state of the patches (transformers' <c>CLIPForImageClassification</c>).
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
    protected override Tensor Score(ModelOutput body, ModelInputs inputs)
    {
        var states = body.LastHiddenState!;
        return _classifier.call(states.narrow(1, 1, states.shape[1] - 1).mean([1]));
    }
}
