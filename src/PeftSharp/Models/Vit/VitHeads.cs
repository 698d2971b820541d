using PeftSharp.Modeling;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.Vit;

/// <summary>ViT for image classification; the head reads the class token (transformers' <c>ViTForImageClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class VitForImageClassification
    : SequenceClassificationModel<VitForImageClassification, VitConfig>, IPretrainedModel<VitForImageClassification, VitConfig>
{
    [ComponentName(Name = "vit")] private readonly VitModel _vit;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    private VitForImageClassification(VitConfig config) : base("ViTForImageClassification", config)
    {
        _vit = new VitModel(config, addPoolingLayer: false);
        _classifier = new Linear(config.HiddenSize, config.NumLabels);
        RegisterComponents();
    }

    static VitForImageClassification IPretrainedModel<VitForImageClassification, VitConfig>.Create(VitConfig config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _vit;

    /// <inheritdoc/>
    protected override bool ReadsFirstTokenOnly => true;

    /// <inheritdoc/>
    protected override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) => _classifier.call(body.LastHiddenState!.select(1, 0));
}
