using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.DistilBert;

/// <summary>
/// DistilBERT for sequence classification; the head reads the first token (transformers' <c>DistilBertForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class DistilBertForSequenceClassification
    : FirstTokenModel<DistilBertForSequenceClassification, DistilBertConfig>,
        IPretrainedModel<DistilBertForSequenceClassification, DistilBertConfig>
{
    private DistilBertForSequenceClassification(DistilBertConfig config)
        : base(nameof(DistilBertForSequenceClassification), config, SequenceClassificationObjective.Instance, new DistilBertModel(config),
            "pre_classifier", new Linear(config.Dim, config.Dim), new Linear(config.Dim, config.NumLabels), config.SeqClassifDropout)
    { }

    static DistilBertForSequenceClassification IPretrainedModel<DistilBertForSequenceClassification, DistilBertConfig>.Create(
        DistilBertConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override Tensor Activate(Tensor pooled) => pooled.relu();
}

/// <summary>DistilBERT for token classification (transformers' <c>DistilBertForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class DistilBertForTokenClassification
    : EncoderForTokenClassification<DistilBertForTokenClassification, DistilBertConfig>,
        IPretrainedModel<DistilBertForTokenClassification, DistilBertConfig>
{
    private DistilBertForTokenClassification(DistilBertConfig config)
        : base(nameof(DistilBertForTokenClassification), config, new DistilBertModel(config), config.Dim,
            config.Dropout)
    { }

    static DistilBertForTokenClassification IPretrainedModel<DistilBertForTokenClassification, DistilBertConfig>.Create(
        DistilBertConfig config) =>
        new(config);
}

/// <summary>DistilBERT for extractive question answering (transformers' <c>DistilBertForQuestionAnswering</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class DistilBertForQuestionAnswering
    : EncoderForQuestionAnswering<DistilBertForQuestionAnswering, DistilBertConfig>,
        IPretrainedModel<DistilBertForQuestionAnswering, DistilBertConfig>
{
    private DistilBertForQuestionAnswering(DistilBertConfig config)
        : base(nameof(DistilBertForQuestionAnswering), config, new DistilBertModel(config), config.Dim,
            config.QaDropout)
    { }

    static DistilBertForQuestionAnswering IPretrainedModel<DistilBertForQuestionAnswering, DistilBertConfig>.Create(
        DistilBertConfig config) =>
        new(config);
}

/// <summary>DistilBERT for multiple choice; the head reads the first token (transformers' <c>DistilBertForMultipleChoice</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class DistilBertForMultipleChoice
    : FirstTokenModel<DistilBertForMultipleChoice, DistilBertConfig>,
        IPretrainedModel<DistilBertForMultipleChoice, DistilBertConfig>
{
    private DistilBertForMultipleChoice(DistilBertConfig config)
        : base(nameof(DistilBertForMultipleChoice), config, MultipleChoiceObjective.Instance, new DistilBertModel(config),
            "pre_classifier", new Linear(config.Dim, config.Dim), new Linear(config.Dim, 1), config.SeqClassifDropout)
    { }

    static DistilBertForMultipleChoice IPretrainedModel<DistilBertForMultipleChoice, DistilBertConfig>.Create(DistilBertConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override Tensor Activate(Tensor pooled) => pooled.relu();
}

/// <summary>DistilBERT as a masked language model (transformers' <c>DistilBertForMaskedLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class DistilBertForMaskedLM
    : MaskedLMModel<DistilBertForMaskedLM, DistilBertConfig>,
        IPretrainedModel<DistilBertForMaskedLM, DistilBertConfig>
{
    [ComponentName(Name = "distilbert")] private readonly DistilBertModel _distilBert;
    [ComponentName(Name = "vocab_transform")] private readonly Module<Tensor, Tensor> _dense;
    [ComponentName(Name = "vocab_layer_norm")] private readonly Module<Tensor, Tensor> _norm;
    [ComponentName(Name = "vocab_projector")] private readonly Module<Tensor, Tensor> _head;
    private readonly Func<Tensor, Tensor> _activation;

    private DistilBertForMaskedLM(DistilBertConfig config) : base(nameof(DistilBertForMaskedLM), config)
    {
        _distilBert = new DistilBertModel(config);
        _dense = new Linear(config.Dim, config.Dim);
        _norm = new LayerNorm(config.Dim, DistilBertConfig.LayerNormEpsilon);
        _head = config.TieWordEmbeddings
            ? new TiedLinear(() => ((IHasWeight)_distilBert.InputEmbeddings).Weight, config.VocabSize)
            : new Linear(config.Dim, config.VocabSize);
        _activation = ActivationFunctions.Get(config.Activation);
        RegisterComponents();
    }

    static DistilBertForMaskedLM IPretrainedModel<DistilBertForMaskedLM, DistilBertConfig>.Create(DistilBertConfig config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _distilBert;

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Head => _head;

    /// <inheritdoc/>
    protected override Tensor Transform(Tensor states) => _norm.call(_activation(_dense.call(states)));
}
