using System.Runtime.CompilerServices;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Modeling;

/// <summary>An encoder for extractive question answering: dropout and a linear layer compute two scores for each token.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class EncoderForQuestionAnswering<TSelf, TConfig> : QuestionAnsweringModel<TSelf, TConfig>
    where TSelf : EncoderForQuestionAnswering<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : PretrainedConfig, new()
{
    private readonly StrongBox<PretrainedModel> _body;
    [ComponentName(Name = "qa_outputs")] private readonly Module<Tensor, Tensor> _spans;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;

    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>BertForQuestionAnswering</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <param name="body">The body, which the model owns.</param>
    /// <param name="hiddenSize">Width of the hidden states.</param>
    /// <param name="dropout">Dropout before the linear layer, in training. Default 0.</param>
    /// <param name="isHeadFirst">Whether the head is initialized before the body. Default false.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected EncoderForQuestionAnswering(
        string name, TConfig config, PretrainedModel body, int hiddenSize, double dropout = 0, bool isHeadFirst = false)
        : base(name, config)
    {
        _spans = new Linear(hiddenSize, 2);
        _dropout = new Dropout(dropout);
        _body = RegisterComponents(body, isHeadFirst);
    }

    /// <inheritdoc/>
    protected sealed override PretrainedModel Body => _body.Value!;

    /// <inheritdoc/>
    protected sealed override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) =>
        _spans.call(_dropout.call(body.LastHiddenState!));
}
