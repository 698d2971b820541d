using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.Bert;

/// <summary>BERT for sequence classification (transformers' <c>BertForSequenceClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class BertForSequenceClassification
    : SequenceClassificationModel<BertForSequenceClassification, BertConfig>, IPretrainedModel<BertForSequenceClassification, BertConfig>
{
    [ComponentName(Name = "bert")] private readonly BertModel _bert;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    private BertForSequenceClassification(BertConfig config) : base(nameof(BertForSequenceClassification), config)
    {
        _bert = new BertModel(config);
        _dropout = new Dropout(config.HeadDropout);
        _classifier = new Linear(config.HiddenSize, config.NumLabels);
        RegisterComponents();
    }

    static BertForSequenceClassification IPretrainedModel<BertForSequenceClassification, BertConfig>.Create(BertConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _bert;

    /// <inheritdoc/>
    protected override bool ReadsFirstTokenOnly => true;

    /// <inheritdoc/>
    protected override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) => _classifier.call(_dropout.call(body.PoolerOutput!));
}

/// <summary>BERT for token classification, such as named entity recognition (transformers' <c>BertForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class BertForTokenClassification
    : EncoderForTokenClassification<BertForTokenClassification, BertConfig>, IPretrainedModel<BertForTokenClassification, BertConfig>
{
    private BertForTokenClassification(BertConfig config)
        : base(nameof(BertForTokenClassification), config, new BertModel(config, addPoolingLayer: false), config.HiddenSize,
            config.HeadDropout)
    { }

    static BertForTokenClassification IPretrainedModel<BertForTokenClassification, BertConfig>.Create(BertConfig config) => new(config);
}

/// <summary>BERT for extractive question answering (transformers' <c>BertForQuestionAnswering</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class BertForQuestionAnswering
    : EncoderForQuestionAnswering<BertForQuestionAnswering, BertConfig>, IPretrainedModel<BertForQuestionAnswering, BertConfig>
{
    private BertForQuestionAnswering(BertConfig config)
        : base(nameof(BertForQuestionAnswering), config, new BertModel(config, addPoolingLayer: false), config.HiddenSize) { }

    static BertForQuestionAnswering IPretrainedModel<BertForQuestionAnswering, BertConfig>.Create(BertConfig config) => new(config);
}

/// <summary>BERT for multiple choice (transformers' <c>BertForMultipleChoice</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class BertForMultipleChoice
    : EncoderForMultipleChoice<BertForMultipleChoice, BertConfig>, IPretrainedModel<BertForMultipleChoice, BertConfig>
{
    private BertForMultipleChoice(BertConfig config)
        : base(nameof(BertForMultipleChoice), config, new BertModel(config), config.HiddenSize, config.HeadDropout) { }

    static BertForMultipleChoice IPretrainedModel<BertForMultipleChoice, BertConfig>.Create(BertConfig config) => new(config);
}

/// <summary>BERT as a masked language model (transformers' <c>BertForMaskedLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class BertForMaskedLM : MaskedLMModel<BertForMaskedLM, BertConfig>, IPretrainedModel<BertForMaskedLM, BertConfig>
{
    [ComponentName(Name = "bert")] private readonly BertModel _bert;
    [ComponentName(Name = "cls")] private readonly BertMaskedLMHead _head;

    private BertForMaskedLM(BertConfig config) : base(nameof(BertForMaskedLM), config)
    {
        _bert = new BertModel(config, addPoolingLayer: false);
        _head = new BertMaskedLMHead(config, _bert);
        RegisterComponents();
    }

    static BertForMaskedLM IPretrainedModel<BertForMaskedLM, BertConfig>.Create(BertConfig config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _bert;

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Head => _head.Decoder;

    /// <inheritdoc/>
    protected override Tensor Transform(Tensor states) => _head.call(states);
}
