using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Modeling;

/// <summary>A decoder with LLaMA's layers for token classification.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class DecoderForTokenClassification<TSelf, TConfig> : TokenClassificationModel<TSelf, TConfig>
    where TSelf : DecoderForTokenClassification<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : DecoderConfig, new()
{
    [ComponentName(Name = "model")] private readonly PretrainedModel _model;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "score")] private readonly Module<Tensor, Tensor> _classifier;

    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>LlamaForTokenClassification</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <param name="body">The body, which the model owns.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected DecoderForTokenClassification(string name, TConfig config, PretrainedModel body) : base(name, config)
    {
        _model = body;
        _dropout = new Dropout(config.HeadDropout);
        _classifier = new Linear(config.HiddenSize, config.NumLabels);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected sealed override PretrainedModel Body => _model;

    /// <inheritdoc/>
    protected sealed override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(_dropout.call(body.LastHiddenState!));
}
