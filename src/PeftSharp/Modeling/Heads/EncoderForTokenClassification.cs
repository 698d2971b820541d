using System.Runtime.CompilerServices;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Modeling;

/// <summary>An encoder for token classification, such as named entity recognition: dropout and a linear layer.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class EncoderForTokenClassification<TSelf, TConfig> : TokenClassificationModel<TSelf, TConfig>
    where TSelf : EncoderForTokenClassification<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    private readonly StrongBox<PretrainedModel> _body;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>BertForTokenClassification</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <param name="body">The body, which the model owns.</param>
    /// <param name="hiddenSize">Width of the hidden states.</param>
    /// <param name="dropout">Dropout before the classifier, in training.</param>
    /// <param name="isHeadFirst">Whether the head is initialized before the body. Default false.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected EncoderForTokenClassification(
        string name, TConfig config, PretrainedModel body, int hiddenSize, double dropout, bool isHeadFirst = false)
        : base(name, config)
    {
        ArgumentNullException.ThrowIfNull(config);
        _dropout = new Dropout(dropout);
        _classifier = new Linear(hiddenSize, config.NumLabels);
        _body = RegisterComponents(body, isHeadFirst);
    }

    /// <inheritdoc/>
    protected sealed override PretrainedModel Body => _body.Value!;

    /// <inheritdoc/>
    protected sealed override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(_dropout.call(body.LastHiddenState!));
}
