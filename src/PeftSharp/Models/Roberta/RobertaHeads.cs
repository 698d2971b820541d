using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;

namespace PeftSharp.Models.Roberta;

/// <summary>
/// RoBERTa for sequence classification; the head reads the first token (transformers' <c>RobertaForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class RobertaForSequenceClassification
    : EncoderForSequenceClassification<RobertaForSequenceClassification, RobertaConfig>,
        IPretrainedModel<RobertaForSequenceClassification, RobertaConfig>
{
    private RobertaForSequenceClassification(RobertaConfig config)
        : base(nameof(RobertaForSequenceClassification), config, new RobertaModel(config, addPoolingLayer: false),
            new ClassificationHead(config.HiddenSize, config.NumLabels, config.HeadDropout, "tanh"))
    { }

    static RobertaForSequenceClassification IPretrainedModel<RobertaForSequenceClassification, RobertaConfig>.Create(
        RobertaConfig config) =>
        new(config);
}

/// <summary>RoBERTa for token classification (transformers' <c>RobertaForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class RobertaForTokenClassification
    : EncoderForTokenClassification<RobertaForTokenClassification, RobertaConfig>,
        IPretrainedModel<RobertaForTokenClassification, RobertaConfig>
{
    private RobertaForTokenClassification(RobertaConfig config)
        : base(nameof(RobertaForTokenClassification), config, new RobertaModel(config, addPoolingLayer: false),
            config.HiddenSize, config.HeadDropout)
    { }

    static RobertaForTokenClassification IPretrainedModel<RobertaForTokenClassification, RobertaConfig>.Create(RobertaConfig config) =>
        new(config);
}

/// <summary>RoBERTa for extractive question answering (transformers' <c>RobertaForQuestionAnswering</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class RobertaForQuestionAnswering
    : EncoderForQuestionAnswering<RobertaForQuestionAnswering, RobertaConfig>, IPretrainedModel<RobertaForQuestionAnswering, RobertaConfig>
{
    private RobertaForQuestionAnswering(RobertaConfig config)
        : base(nameof(RobertaForQuestionAnswering), config, new RobertaModel(config, addPoolingLayer: false),
            config.HiddenSize)
    { }

    static RobertaForQuestionAnswering IPretrainedModel<RobertaForQuestionAnswering, RobertaConfig>.Create(RobertaConfig config) =>
        new(config);
}

/// <summary>RoBERTa for multiple choice (transformers' <c>RobertaForMultipleChoice</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class RobertaForMultipleChoice
    : EncoderForMultipleChoice<RobertaForMultipleChoice, RobertaConfig>, IPretrainedModel<RobertaForMultipleChoice, RobertaConfig>
{
    private RobertaForMultipleChoice(RobertaConfig config)
        : base(nameof(RobertaForMultipleChoice), config, new RobertaModel(config, addPoolingLayer: true),
            config.HiddenSize, config.HiddenDropoutProb)
    { }

    static RobertaForMultipleChoice IPretrainedModel<RobertaForMultipleChoice, RobertaConfig>.Create(RobertaConfig config) => new(config);
}

/// <summary>RoBERTa as a masked language model (transformers' <c>RobertaForMaskedLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class RobertaForMaskedLM
    : EncoderForMaskedLM<RobertaForMaskedLM, RobertaConfig>, IPretrainedModel<RobertaForMaskedLM, RobertaConfig>
{
    private RobertaForMaskedLM(RobertaConfig config)
        : base(nameof(RobertaForMaskedLM), config, new RobertaModel(config, addPoolingLayer: false)) { }

    static RobertaForMaskedLM IPretrainedModel<RobertaForMaskedLM, RobertaConfig>.Create(RobertaConfig config) => new(config);
}
