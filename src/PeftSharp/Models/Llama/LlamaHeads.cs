using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.Llama;

/// <summary>LLaMA for causal language modeling (transformers' <c>LlamaForCausalLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class LlamaForCausalLM : CausalLMModel<LlamaForCausalLM, LlamaConfig>, IPretrainedModel<LlamaForCausalLM, LlamaConfig>
{
    [ComponentName(Name = "model")] private readonly LlamaModel _model;
    [ComponentName(Name = "lm_head")] private readonly Module<Tensor, Tensor> _head;

    private LlamaForCausalLM(LlamaConfig config) : base(nameof(LlamaForCausalLM), config)
    {
        _model = new LlamaModel(config);
        _head = CreateHead(config, _model, config.HiddenSize);
        RegisterComponents();
    }

    static LlamaForCausalLM IPretrainedModel<LlamaForCausalLM, LlamaConfig>.Create(LlamaConfig config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _model;

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Head => _head;
}

/// <summary>LLaMA for sequence classification, from the last token (transformers' <c>LlamaForSequenceClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class LlamaForSequenceClassification
    : SequenceClassificationModel<LlamaForSequenceClassification, LlamaConfig>,
        IPretrainedModel<LlamaForSequenceClassification, LlamaConfig>
{
    [ComponentName(Name = "model")] private readonly LlamaModel _model;
    [ComponentName(Name = "score")] private readonly Module<Tensor, Tensor> _classifier;

    private LlamaForSequenceClassification(LlamaConfig config) : base(nameof(LlamaForSequenceClassification), config)
    {
        _model = new LlamaModel(config);
        _classifier = new Linear(config.HiddenSize, config.NumLabels, hasBias: false);
        RegisterComponents();
    }

    static LlamaForSequenceClassification IPretrainedModel<LlamaForSequenceClassification, LlamaConfig>.Create(LlamaConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _model;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(LastToken.Of(body.LastHiddenState!, inputs, Config.PadTokenId));
}

/// <summary>LLaMA for token classification (transformers' <c>LlamaForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class LlamaForTokenClassification
    : TokenClassificationModel<LlamaForTokenClassification, LlamaConfig>, IPretrainedModel<LlamaForTokenClassification, LlamaConfig>
{
    [ComponentName(Name = "model")] private readonly LlamaModel _model;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "score")] private readonly Module<Tensor, Tensor> _classifier;

    private LlamaForTokenClassification(LlamaConfig config) : base(nameof(LlamaForTokenClassification), config)
    {
        _model = new LlamaModel(config);
        _dropout = new Dropout(config.HeadDropout);
        _classifier = new Linear(config.HiddenSize, config.NumLabels);
        RegisterComponents();
    }

    static LlamaForTokenClassification IPretrainedModel<LlamaForTokenClassification, LlamaConfig>.Create(LlamaConfig config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _model;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) => _classifier.call(_dropout.call(body.LastHiddenState!));
}
