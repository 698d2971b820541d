using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Models.Clip;

/// <summary>
/// CLIP: embeds texts and images so that matching texts and images have similar embeddings (Radford et al. 2021, arXiv:2103.00020;
/// transformers' <c>CLIPModel</c>).
/// </summary>
/// <remarks>
/// <para>
/// Reads the inputs of <see cref="ClipTextModel"/> and <see cref="ClipVisionModel"/>; the numbers of texts and images may differ. Outputs
/// <c>logits_per_image</c> [images, texts], <c>logits_per_text</c> [texts, images], and the embeddings <c>text_embeds</c> and
/// <c>image_embeds</c> [rows, projection] of length 1. If the batch has only texts or only images, the only output is their embeddings.
/// <see cref="ForwardOptions.ReturnLoss"/>, which the trainer sets, adds the contrastive loss.
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
public sealed class ClipModel : PretrainedModel<ClipModel, ClipConfig>, IPretrainedModel<ClipModel, ClipConfig>, IParameterInitializer
{
    [ComponentName(Name = "logit_scale")] private readonly Parameter _scale;
    [ComponentName(Name = "text_model")] private readonly ClipTextModel _text;
    [ComponentName(Name = "vision_model")] private readonly ClipVisionModel _vision;
    [ComponentName(Name = "visual_projection")] private readonly Module<Tensor, Tensor> _visionProjection;
    [ComponentName(Name = "text_projection")] private readonly Module<Tensor, Tensor> _textProjection;

    private ClipModel(ClipConfig config) : base("CLIPModel", config)
    {
        _scale = new Parameter(empty([]));
        _text = new ClipTextModel(config.TextConfig);
        _vision = new ClipVisionModel(config.VisionConfig);
        _visionProjection = ClipProjection.Create(config.VisionConfig.HiddenSize, config.ProjectionDim, config.InitializerFactor);
        _textProjection = ClipProjection.Create(config.TextConfig.HiddenSize, config.ProjectionDim, config.InitializerFactor);
        RegisterComponents();
    }

    static ClipModel IPretrainedModel<ClipModel, ClipConfig>.Create(ClipConfig config) => new(config);

    /// <summary>The text model.</summary>
    public ClipTextModel TextModel => _text;

    /// <summary>The vision model.</summary>
    public ClipVisionModel VisionModel => _vision;

    /// <inheritdoc/>
    public override IReadOnlyList<InputSpec> Inputs => [.. _text.Inputs, .. _vision.Inputs];

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => ["return_loss", "interpolate_pos_encoding"];

    /// <inheritdoc/>
    public override Objective Objective => ContrastiveObjective.Instance;

    /// <inheritdoc/>
    public override void CheckInputs(ModelInputs inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs is { InputIds: null, PixelValues: null })
            throw new ArgumentException("A required input is missing. Set input_ids, pixel_values or both.");
        InputCheck.Given(this, inputs);
    }

    /// <summary>Not supported, as in transformers: call <see cref="ResizeTokenEmbeddings"/> of <see cref="TextModel"/>.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void ResizeTokenEmbeddings(int vocabSize, int padToMultipleOf = 1) =>
        throw new NotSupportedException($"The token embeddings of {GetName()} belong to its text model. "
            + "Call TextModel.ResizeTokenEmbeddings.");

    // The vocabulary of the text model may have been resized.
    private protected override PretrainedConfig SavedConfig => Config with
    {
        TextConfig = (ClipTextConfig)((PretrainedModel)_text).Config,
        VisionConfig = (ClipVisionConfig)((PretrainedModel)_vision).Config,
    };

    /// <summary>Embeds texts without scaling the embeddings to length 1 (transformers' <c>get_text_features</c>).</summary>
    /// <param name="inputs">The texts.</param>
    /// <returns>Float [batch, projection].</returns>
    public Tensor GetTextFeatures(ModelInputs inputs)
    {
        ThrowIfDisposed();
        using var scope = NewDisposeScope();
        return TextFeatures(inputs, ForwardOptions.Default).MoveToOuterDisposeScope();
    }

    /// <summary>Embeds images without scaling the embeddings to length 1 (transformers' <c>get_image_features</c>).</summary>
    /// <param name="inputs">The images.</param>
    /// <param name="interpolatePosEncoding">Whether images of any size are embedded. Default false.</param>
    /// <returns>Float [batch, projection].</returns>
    public Tensor GetImageFeatures(ModelInputs inputs, bool interpolatePosEncoding = false)
    {
        ThrowIfDisposed();
        using var scope = NewDisposeScope();
        return ImageFeatures(inputs, new ForwardOptions { InterpolatePosEncoding = interpolatePosEncoding }).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <exception cref="DatasetException">The loss was requested, but the batch does not have one text for each image.</exception>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var inner = ForwardOptions.Default with { AreInputsChecked = true };
        var text = inputs.InputIds is null ? null : OfLengthOne(TextFeatures(inputs, inner));
        var image = inputs.PixelValues is null ? null : OfLengthOne(
            ImageFeatures(inputs, inner with { InterpolatePosEncoding = options.InterpolatePosEncoding, FirstTokenOnly = true }));
        var output = new ModelOutput();
        if (text is not null && image is not null)
        {
            var scores = text.matmul(image.t()) * _scale.exp();
            (output["logits_per_image"], output["logits_per_text"]) = (scores.t(), scores);
        }
        (output["text_embeds"], output["image_embeds"]) = (text, image);
        if (options.ReturnLoss) output["loss"] = Objective.Loss(output, inputs, Config, options.NumItemsInBatch);
        return output;
    }

    void IParameterInitializer.Initialize(string parameter, double standardDeviation) =>
        init.constant_(_scale, Config.LogitScaleInitValue);

    private Tensor TextFeatures(ModelInputs inputs, ForwardOptions options) =>
        _textProjection.call(_text.call(ClipProjection.Select(inputs, _text), options).PoolerOutput!);

    private Tensor ImageFeatures(ModelInputs inputs, ForwardOptions options) =>
        _visionProjection.call(_vision.call(ClipProjection.Select(inputs, _vision), options).PoolerOutput!);

    private static Tensor OfLengthOne(Tensor features)
    {
        if (features.dtype is ScalarType.BFloat16 or ScalarType.Float16) features = features.to(ScalarType.Float32);
        return features / features.square().sum(-1, keepdim: true).sqrt();
    }
}
