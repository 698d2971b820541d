using System.Runtime.CompilerServices;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>An encoder for sequence classification; the head reads the hidden state of the first token.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class EncoderForSequenceClassification<TSelf, TConfig> : SequenceClassificationModel<TSelf, TConfig>
    where TSelf : EncoderForSequenceClassification<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    private readonly StrongBox<PretrainedModel> _body;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>RobertaForSequenceClassification</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <param name="body">The body, which the model owns.</param>
    /// <param name="classifier">The head, which the model owns. It maps float [batch, hidden] to float [batch, labels].</param>
    /// <param name="isHeadFirst">Whether the head is initialized before the body. Default false.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected EncoderForSequenceClassification(
        string name, TConfig config, PretrainedModel body, Module<Tensor, Tensor> classifier, bool isHeadFirst = false)
        : base(name, config)
    {
        _classifier = classifier;
        _body = RegisterComponents(body, isHeadFirst);
    }

    /// <inheritdoc/>
    protected sealed override PretrainedModel Body => _body.Value!;

    /// <inheritdoc/>
    protected sealed override bool ReadsFirstTokenOnly => true;

    /// <inheritdoc/>
    protected sealed override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(body.LastHiddenState!.select(1, 0));
}
