using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.XlmRoberta;

/// <summary>
/// XLM-RoBERTa for sequence classification; the head reads the first token (transformers' <c>XLMRobertaForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class XlmRobertaForSequenceClassification
    : EncoderForSequenceClassification<XlmRobertaForSequenceClassification, XlmRobertaConfig>,
        IPretrainedModel<XlmRobertaForSequenceClassification, XlmRobertaConfig>
{
    private XlmRobertaForSequenceClassification(XlmRobertaConfig config)
        : base("XLMRobertaForSequenceClassification", config, new XlmRobertaModel(config, addPoolingLayer: false),
            new ClassificationHead(config.HiddenSize, config.NumLabels, config.HeadDropout, "tanh"), isHeadFirst: true)
    { }

    static XlmRobertaForSequenceClassification IPretrainedModel<XlmRobertaForSequenceClassification, XlmRobertaConfig>.Create(
        XlmRobertaConfig config) =>
        new(config);
}

/// <summary>XLM-RoBERTa for token classification (transformers' <c>XLMRobertaForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class XlmRobertaForTokenClassification
    : EncoderForTokenClassification<XlmRobertaForTokenClassification, XlmRobertaConfig>,
        IPretrainedModel<XlmRobertaForTokenClassification, XlmRobertaConfig>
{
    private XlmRobertaForTokenClassification(XlmRobertaConfig config)
        : base("XLMRobertaForTokenClassification", config, new XlmRobertaModel(config, addPoolingLayer: false),
            config.HiddenSize, config.HeadDropout, isHeadFirst: true)
    { }

    static XlmRobertaForTokenClassification IPretrainedModel<XlmRobertaForTokenClassification, XlmRobertaConfig>.Create(
        XlmRobertaConfig config) =>
        new(config);
}

/// <summary>XLM-RoBERTa for extractive question answering (transformers' <c>XLMRobertaForQuestionAnswering</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class XlmRobertaForQuestionAnswering
    : EncoderForQuestionAnswering<XlmRobertaForQuestionAnswering, XlmRobertaConfig>,
        IPretrainedModel<XlmRobertaForQuestionAnswering, XlmRobertaConfig>
{
    private XlmRobertaForQuestionAnswering(XlmRobertaConfig config)
        : base("XLMRobertaForQuestionAnswering", config, new XlmRobertaModel(config, addPoolingLayer: false),
            config.HiddenSize, isHeadFirst: true)
    { }

    static XlmRobertaForQuestionAnswering IPretrainedModel<XlmRobertaForQuestionAnswering, XlmRobertaConfig>.Create(
        XlmRobertaConfig config) =>
        new(config);
}

/// <summary>XLM-RoBERTa for multiple choice (transformers' <c>XLMRobertaForMultipleChoice</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class XlmRobertaForMultipleChoice
    : EncoderForMultipleChoice<XlmRobertaForMultipleChoice, XlmRobertaConfig>,
        IPretrainedModel<XlmRobertaForMultipleChoice, XlmRobertaConfig>
{
    private XlmRobertaForMultipleChoice(XlmRobertaConfig config)
        : base("XLMRobertaForMultipleChoice", config, new XlmRobertaModel(config, addPoolingLayer: true),
            config.HiddenSize, config.HiddenDropoutProb, isHeadFirst: true)
    { }

    static XlmRobertaForMultipleChoice IPretrainedModel<XlmRobertaForMultipleChoice, XlmRobertaConfig>.Create(XlmRobertaConfig config) =>
        new(config);
}

/// <summary>XLM-RoBERTa as a masked language model (transformers' <c>XLMRobertaForMaskedLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class XlmRobertaForMaskedLM
    : EncoderForMaskedLM<XlmRobertaForMaskedLM, XlmRobertaConfig>, IPretrainedModel<XlmRobertaForMaskedLM, XlmRobertaConfig>
{
    private XlmRobertaForMaskedLM(XlmRobertaConfig config)
        : base("XLMRobertaForMaskedLM", config, new XlmRobertaModel(config, addPoolingLayer: false), isHeadFirst: true) { }

    static XlmRobertaForMaskedLM IPretrainedModel<XlmRobertaForMaskedLM, XlmRobertaConfig>.Create(XlmRobertaConfig config) => new(config);
}
