using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.DebertaV2;

/// <summary>
/// DeBERTa for sequence classification; the head reads the first token (transformers' <c>DebertaV2ForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class DebertaV2ForSequenceClassification
    : FirstTokenModel<DebertaV2ForSequenceClassification, DebertaV2Config>,
        IPretrainedModel<DebertaV2ForSequenceClassification, DebertaV2Config>
{
    private DebertaV2ForSequenceClassification(DebertaV2Config config)
        : base(nameof(DebertaV2ForSequenceClassification), config, SequenceClassificationObjective.Instance, new DebertaV2Model(config),
            "pooler", config.CreatePooler(), new Linear(config.HiddenSize, config.NumLabels), config.HeadDropout)
    { }

    static DebertaV2ForSequenceClassification IPretrainedModel<DebertaV2ForSequenceClassification, DebertaV2Config>.Create(
        DebertaV2Config config) =>
        new(config);
}

/// <summary>DeBERTa for multiple choice; the head reads the first token (transformers' <c>DebertaV2ForMultipleChoice</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class DebertaV2ForMultipleChoice
    : FirstTokenModel<DebertaV2ForMultipleChoice, DebertaV2Config>, IPretrainedModel<DebertaV2ForMultipleChoice, DebertaV2Config>
{
    private DebertaV2ForMultipleChoice(DebertaV2Config config)
        : base(nameof(DebertaV2ForMultipleChoice), config, MultipleChoiceObjective.Instance, new DebertaV2Model(config),
            "pooler", config.CreatePooler(), new Linear(config.HiddenSize, 1), config.HeadDropout)
    { }

    static DebertaV2ForMultipleChoice IPretrainedModel<DebertaV2ForMultipleChoice, DebertaV2Config>.Create(DebertaV2Config config) =>
        new(config);
}

/// <summary>DeBERTa for token classification (transformers' <c>DebertaV2ForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class DebertaV2ForTokenClassification
    : EncoderForTokenClassification<DebertaV2ForTokenClassification, DebertaV2Config>,
        IPretrainedModel<DebertaV2ForTokenClassification, DebertaV2Config>
{
    private DebertaV2ForTokenClassification(DebertaV2Config config)
        : base(nameof(DebertaV2ForTokenClassification), config, new DebertaV2Model(config), config.HiddenSize,
            config.HiddenDropoutProb)
    { }

    static DebertaV2ForTokenClassification IPretrainedModel<DebertaV2ForTokenClassification, DebertaV2Config>.Create(
        DebertaV2Config config) =>
        new(config);
}

/// <summary>DeBERTa for extractive question answering (transformers' <c>DebertaV2ForQuestionAnswering</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class DebertaV2ForQuestionAnswering
    : EncoderForQuestionAnswering<DebertaV2ForQuestionAnswering, DebertaV2Config>,
        IPretrainedModel<DebertaV2ForQuestionAnswering, DebertaV2Config>
{
    private DebertaV2ForQuestionAnswering(DebertaV2Config config)
        : base(nameof(DebertaV2ForQuestionAnswering), config, new DebertaV2Model(config), config.HiddenSize) { }

    static DebertaV2ForQuestionAnswering IPretrainedModel<DebertaV2ForQuestionAnswering, DebertaV2Config>.Create(
        DebertaV2Config config) =>
        new(config);
}

/// <summary>DeBERTa as a masked language model (transformers' <c>DebertaV2ForMaskedLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class DebertaV2ForMaskedLM
    : MaskedLMModel<DebertaV2ForMaskedLM, DebertaV2Config>, IPretrainedModel<DebertaV2ForMaskedLM, DebertaV2Config>
{
    [ComponentName(Name = "deberta")] private readonly DebertaV2Model _deberta;
    [ComponentName(Name = "cls")] private readonly BertMaskedLMHead? _olderHead;
    [ComponentName(Name = "lm_predictions")] private readonly DebertaV2MaskedLMHead? _head;

    private DebertaV2ForMaskedLM(DebertaV2Config config) : base(nameof(DebertaV2ForMaskedLM), config)
    {
        _deberta = new DebertaV2Model(config);
        if (config.Legacy) _olderHead = new BertMaskedLMHead(config, _deberta, config.EmbeddingWidth);
        else _head = new DebertaV2MaskedLMHead(config, _deberta);
        RegisterComponents();
    }

    static DebertaV2ForMaskedLM IPretrainedModel<DebertaV2ForMaskedLM, DebertaV2Config>.Create(DebertaV2Config config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _deberta;

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Head => _olderHead?.Decoder ?? _head!.Decoder;

    /// <inheritdoc/>
    protected override Tensor Transform(Tensor states) => _olderHead?.call(states) ?? _head!.call(states);
}
