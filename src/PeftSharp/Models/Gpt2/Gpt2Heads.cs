using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.Gpt2;

/// <summary>GPT-2 for causal language modeling (transformers' <c>GPT2LMHeadModel</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Gpt2LMHeadModel : CausalLMModel<Gpt2LMHeadModel, Gpt2Config>, IPretrainedModel<Gpt2LMHeadModel, Gpt2Config>
{
    [ComponentName(Name = "transformer")] private readonly Gpt2Model _transformer;
    [ComponentName(Name = "lm_head")] private readonly Module<Tensor, Tensor> _head;

    private Gpt2LMHeadModel(Gpt2Config config) : base("GPT2LMHeadModel", config, CausalLMObjective.CountingAllLabels)
    {
        _transformer = new Gpt2Model(config);
        _head = CreateHead(config, _transformer, config.NEmbd);
        RegisterComponents();
    }

    static Gpt2LMHeadModel IPretrainedModel<Gpt2LMHeadModel, Gpt2Config>.Create(Gpt2Config config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _transformer;

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Head => _head;
}

/// <summary>
/// GPT-2 for sequence classification; the head reads the last token of each text (transformers' <c>GPT2ForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Gpt2ForSequenceClassification
    : SequenceClassificationModel<Gpt2ForSequenceClassification, Gpt2Config>, IPretrainedModel<Gpt2ForSequenceClassification, Gpt2Config>
{
    [ComponentName(Name = "transformer")] private readonly Gpt2Model _transformer;
    [ComponentName(Name = "score")] private readonly Module<Tensor, Tensor> _classifier;

    private Gpt2ForSequenceClassification(Gpt2Config config) : base("GPT2ForSequenceClassification", config)
    {
        _transformer = new Gpt2Model(config);
        _classifier = new Linear(config.NEmbd, config.NumLabels, hasBias: false);
        RegisterComponents();
    }

    static Gpt2ForSequenceClassification IPretrainedModel<Gpt2ForSequenceClassification, Gpt2Config>.Create(Gpt2Config config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _transformer;

    /// <inheritdoc/>
    protected override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(LastToken.Select(body.LastHiddenState!, inputs, Config.PadTokenId));
}

/// <summary>GPT-2 for token classification (transformers' <c>GPT2ForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class Gpt2ForTokenClassification
    : TokenClassificationModel<Gpt2ForTokenClassification, Gpt2Config>, IPretrainedModel<Gpt2ForTokenClassification, Gpt2Config>
{
    [ComponentName(Name = "transformer")] private readonly Gpt2Model _transformer;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    private Gpt2ForTokenClassification(Gpt2Config config) : base("GPT2ForTokenClassification", config)
    {
        _transformer = new Gpt2Model(config);
        _dropout = new Dropout(config.HeadDropout);
        _classifier = new Linear(config.NEmbd, config.NumLabels);
        RegisterComponents();
    }

    static Gpt2ForTokenClassification IPretrainedModel<Gpt2ForTokenClassification, Gpt2Config>.Create(Gpt2Config config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _transformer;

    /// <inheritdoc/>
    protected override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) => _classifier.call(_dropout.call(body.LastHiddenState!));
}
