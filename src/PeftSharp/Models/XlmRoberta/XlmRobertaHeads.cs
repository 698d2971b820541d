using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.XlmRoberta;

/// <summary>
/// XLM-RoBERTa for sequence classification, from the first token (transformers' <c>XLMRobertaForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class XlmRobertaForSequenceClassification
    : SequenceClassificationModel<XlmRobertaForSequenceClassification, XlmRobertaConfig>,
        IPretrainedModel<XlmRobertaForSequenceClassification, XlmRobertaConfig>
{
    [ComponentName(Name = "roberta")] private readonly XlmRobertaModel _roberta;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    private XlmRobertaForSequenceClassification(XlmRobertaConfig config) : base("XLMRobertaForSequenceClassification", config)
    {
        _roberta = new XlmRobertaModel(config, addPoolingLayer: false);
        _classifier = new ClassificationHead(config.HiddenSize, config.NumLabels, config.HeadDropout, "tanh");
        RegisterComponents();
    }

    static XlmRobertaForSequenceClassification IPretrainedModel<XlmRobertaForSequenceClassification, XlmRobertaConfig>.Create(
        XlmRobertaConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _roberta;

    /// <inheritdoc/>
    protected override bool ReadsFirstTokenOnly => true;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) => _classifier.call(body.LastHiddenState!.select(1, 0));
}

/// <summary>XLM-RoBERTa for token classification (transformers' <c>XLMRobertaForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class XlmRobertaForTokenClassification
    : TokenClassificationModel<XlmRobertaForTokenClassification, XlmRobertaConfig>,
        IPretrainedModel<XlmRobertaForTokenClassification, XlmRobertaConfig>
{
    [ComponentName(Name = "roberta")] private readonly XlmRobertaModel _roberta;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    private XlmRobertaForTokenClassification(XlmRobertaConfig config) : base("XLMRobertaForTokenClassification", config)
    {
        _roberta = new XlmRobertaModel(config, addPoolingLayer: false);
        _dropout = new Dropout(config.HeadDropout);
        _classifier = new Linear(config.HiddenSize, config.NumLabels);
        RegisterComponents();
    }

    static XlmRobertaForTokenClassification IPretrainedModel<XlmRobertaForTokenClassification, XlmRobertaConfig>.Create(
        XlmRobertaConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _roberta;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) => _classifier.call(_dropout.call(body.LastHiddenState!));
}

/// <summary>XLM-RoBERTa for extractive question answering (transformers' <c>XLMRobertaForQuestionAnswering</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class XlmRobertaForQuestionAnswering
    : QuestionAnsweringModel<XlmRobertaForQuestionAnswering, XlmRobertaConfig>,
        IPretrainedModel<XlmRobertaForQuestionAnswering, XlmRobertaConfig>
{
    [ComponentName(Name = "roberta")] private readonly XlmRobertaModel _roberta;
    [ComponentName(Name = "qa_outputs")] private readonly Module<Tensor, Tensor> _spans;

    private XlmRobertaForQuestionAnswering(XlmRobertaConfig config) : base("XLMRobertaForQuestionAnswering", config)
    {
        _roberta = new XlmRobertaModel(config, addPoolingLayer: false);
        _spans = new Linear(config.HiddenSize, 2);
        RegisterComponents();
    }

    static XlmRobertaForQuestionAnswering IPretrainedModel<XlmRobertaForQuestionAnswering, XlmRobertaConfig>.Create(
        XlmRobertaConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _roberta;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) => _spans.call(body.LastHiddenState!);
}

/// <summary>XLM-RoBERTa as a masked language model (transformers' <c>XLMRobertaForMaskedLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class XlmRobertaForMaskedLM
    : MaskedLMModel<XlmRobertaForMaskedLM, XlmRobertaConfig>, IPretrainedModel<XlmRobertaForMaskedLM, XlmRobertaConfig>
{
    // The head is first, as in transformers: the order determines the values that a seed gives.
    [ComponentName(Name = "lm_head")] private readonly MaskedLMHead _head;
    [ComponentName(Name = "roberta")] private readonly XlmRobertaModel _roberta;

    private XlmRobertaForMaskedLM(XlmRobertaConfig config) : base("XLMRobertaForMaskedLM", config)
    {
        _roberta = new XlmRobertaModel(config, addPoolingLayer: false);
        _head = new MaskedLMHead(config, _roberta);
        RegisterComponents();
    }

    static XlmRobertaForMaskedLM IPretrainedModel<XlmRobertaForMaskedLM, XlmRobertaConfig>.Create(XlmRobertaConfig config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _roberta;

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Head => _head.Decoder;

    /// <inheritdoc/>
    protected override Tensor Transform(Tensor states) => _head.call(states);
}
