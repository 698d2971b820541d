using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>A decoder with LLaMA's layers for causal language modeling.</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class DecoderForCausalLM<TSelf, TConfig> : CausalLMModel<TSelf, TConfig>
    where TSelf : DecoderForCausalLM<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : DecoderConfig, new()
{
    [ComponentName(Name = "model")] private readonly PretrainedModel _model;
    [ComponentName(Name = "lm_head")] private readonly Module<Tensor, Tensor> _head;

    /// <summary>Creates a model; its weights are not initialized.</summary>
    /// <param name="name">The name of the class in transformers, such as <c>LlamaForCausalLM</c>.</param>
    /// <param name="config">The configuration, which is validated.</param>
    /// <param name="body">The body, which the model owns.</param>
    /// <exception cref="ArgumentException">The configuration is invalid.</exception>
    protected DecoderForCausalLM(string name, TConfig config, PretrainedModel body) : base(name, config)
    {
        _model = body;
        _head = CreateHead(config, body, config.HiddenSize);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected sealed override PretrainedModel Body => _model;

    /// <inheritdoc/>
    protected sealed override Module<Tensor, Tensor> Head => _head;
}
