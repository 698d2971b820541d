using System.Runtime.CompilerServices;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>An encoder with RoBERTa's head for masked language modeling.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class EncoderForMaskedLM<TSelf, TConfig> : MaskedLMModel<TSelf, TConfig>
    where TSelf : EncoderForMaskedLM<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : EncoderConfig, new()
{
    private readonly StrongBox<PretrainedModel> _body;
    [ComponentName(Name = "lm_head")] private readonly MaskedLMHead _head;

    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>RobertaForMaskedLM</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <param name="body">The body, which the model owns.</param>
    /// <param name="isHeadFirst">Whether the head is initialized before the body. Default false.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected EncoderForMaskedLM(string name, TConfig config, PretrainedModel body, bool isHeadFirst = false) : base(name, config)
    {
        _head = new MaskedLMHead(config, body);
        _body = RegisterComponents(body, isHeadFirst);
    }

    /// <inheritdoc/>
    protected sealed override PretrainedModel Body => _body.Value!;

    /// <inheritdoc/>
    protected sealed override Module<Tensor, Tensor> Head => _head.Decoder;

    /// <inheritdoc/>
    protected sealed override Tensor Transform(Tensor states) => _head.call(states);
}
