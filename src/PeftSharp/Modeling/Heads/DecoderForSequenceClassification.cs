using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Modeling;

/// <summary>A decoder with LLaMA's layers for sequence classification; the head reads the last token of each text.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class DecoderForSequenceClassification<TSelf, TConfig> : SequenceClassificationModel<TSelf, TConfig>
    where TSelf : DecoderForSequenceClassification<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : DecoderConfig, new()
{
    [ComponentName(Name = "model")] private readonly PretrainedModel _model;
    [ComponentName(Name = "score")] private readonly Module<Tensor, Tensor> _classifier;

    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>LlamaForSequenceClassification</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <param name="body">The body, which the model owns.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected DecoderForSequenceClassification(string name, TConfig config, PretrainedModel body) : base(name, config)
    {
        _model = body;
        _classifier = new Linear(config.HiddenSize, config.NumLabels, hasBias: false);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected sealed override PretrainedModel Body => _model;

    /// <inheritdoc/>
    protected sealed override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(LastToken.Select(body.LastHiddenState!, inputs, Config.PadTokenId));
}
