using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.Roberta;

/// <summary>RoBERTa for sequence classification, from the first token (transformers' <c>RobertaForSequenceClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class RobertaForSequenceClassification
    : SequenceClassificationModel<RobertaForSequenceClassification, RobertaConfig>,
        IPretrainedModel<RobertaForSequenceClassification, RobertaConfig>
{
    [ComponentName(Name = "roberta")] private readonly RobertaModel _roberta;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    private RobertaForSequenceClassification(RobertaConfig config) : base(nameof(RobertaForSequenceClassification), config)
    {
        _roberta = new RobertaModel(config, addPoolingLayer: false);
        _classifier = new ClassificationHead(config.HiddenSize, config.NumLabels, config.HeadDropout, "tanh");
        RegisterComponents();
    }

    static RobertaForSequenceClassification IPretrainedModel<RobertaForSequenceClassification, RobertaConfig>.Create(
        RobertaConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _roberta;

    /// <inheritdoc/>
    protected override bool ReadsFirstTokenOnly => true;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) => _classifier.call(body.LastHiddenState!.select(1, 0));
}

/// <summary>RoBERTa for token classification (transformers' <c>RobertaForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class RobertaForTokenClassification
    : TokenClassificationModel<RobertaForTokenClassification, RobertaConfig>, IPretrainedModel<RobertaForTokenClassification, RobertaConfig>
{
    [ComponentName(Name = "roberta")] private readonly RobertaModel _roberta;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    private RobertaForTokenClassification(RobertaConfig config) : base(nameof(RobertaForTokenClassification), config)
    {
        _roberta = new RobertaModel(config, addPoolingLayer: false);
        _dropout = new Dropout(config.HeadDropout);
        _classifier = new Linear(config.HiddenSize, config.NumLabels);
        RegisterComponents();
    }

    static RobertaForTokenClassification IPretrainedModel<RobertaForTokenClassification, RobertaConfig>.Create(RobertaConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _roberta;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) => _classifier.call(_dropout.call(body.LastHiddenState!));
}

/// <summary>RoBERTa for extractive question answering (transformers' <c>RobertaForQuestionAnswering</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class RobertaForQuestionAnswering
    : QuestionAnsweringModel<RobertaForQuestionAnswering, RobertaConfig>, IPretrainedModel<RobertaForQuestionAnswering, RobertaConfig>
{
    [ComponentName(Name = "roberta")] private readonly RobertaModel _roberta;
    [ComponentName(Name = "qa_outputs")] private readonly Module<Tensor, Tensor> _spans;

    private RobertaForQuestionAnswering(RobertaConfig config) : base(nameof(RobertaForQuestionAnswering), config)
    {
        _roberta = new RobertaModel(config, addPoolingLayer: false);
        _spans = new Linear(config.HiddenSize, 2);
        RegisterComponents();
    }

    static RobertaForQuestionAnswering IPretrainedModel<RobertaForQuestionAnswering, RobertaConfig>.Create(RobertaConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _roberta;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) => _spans.call(body.LastHiddenState!);
}

/// <summary>RoBERTa as a masked language model (transformers' <c>RobertaForMaskedLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class RobertaForMaskedLM
    : MaskedLMModel<RobertaForMaskedLM, RobertaConfig>, IPretrainedModel<RobertaForMaskedLM, RobertaConfig>
{
    [ComponentName(Name = "roberta")] private readonly RobertaModel _roberta;
    [ComponentName(Name = "lm_head")] private readonly MaskedLMHead _head;

    private RobertaForMaskedLM(RobertaConfig config) : base(nameof(RobertaForMaskedLM), config)
    {
        _roberta = new RobertaModel(config, addPoolingLayer: false);
        _head = new MaskedLMHead(config, _roberta);
        RegisterComponents();
    }

    static RobertaForMaskedLM IPretrainedModel<RobertaForMaskedLM, RobertaConfig>.Create(RobertaConfig config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _roberta;

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Head => _head.Decoder;

    /// <inheritdoc/>
    protected override Tensor Transform(Tensor states) => _head.call(states);
}
