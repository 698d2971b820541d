using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.Electra;

/// <summary>
/// ELECTRA for sequence classification; the head reads the first token (transformers' <c>ElectraForSequenceClassification</c>).
/// </summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ElectraForSequenceClassification
    : EncoderForSequenceClassification<ElectraForSequenceClassification, ElectraConfig>,
        IPretrainedModel<ElectraForSequenceClassification, ElectraConfig>
{
    private ElectraForSequenceClassification(ElectraConfig config)
        : base(nameof(ElectraForSequenceClassification), config, new ElectraModel(config),
            new ClassificationHead(config.HiddenSize, config.NumLabels, config.HeadDropout, "gelu"))
    { }

    static ElectraForSequenceClassification IPretrainedModel<ElectraForSequenceClassification, ElectraConfig>.Create(
        ElectraConfig config) =>
        new(config);
}

/// <summary>ELECTRA for token classification (transformers' <c>ElectraForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ElectraForTokenClassification
    : EncoderForTokenClassification<ElectraForTokenClassification, ElectraConfig>,
        IPretrainedModel<ElectraForTokenClassification, ElectraConfig>
{
    private ElectraForTokenClassification(ElectraConfig config)
        : base(nameof(ElectraForTokenClassification), config, new ElectraModel(config), config.HiddenSize,
            config.HeadDropout)
    { }

    static ElectraForTokenClassification IPretrainedModel<ElectraForTokenClassification, ElectraConfig>.Create(ElectraConfig config) =>
        new(config);
}

/// <summary>ELECTRA for extractive question answering (transformers' <c>ElectraForQuestionAnswering</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ElectraForQuestionAnswering
    : EncoderForQuestionAnswering<ElectraForQuestionAnswering, ElectraConfig>, IPretrainedModel<ElectraForQuestionAnswering, ElectraConfig>
{
    private ElectraForQuestionAnswering(ElectraConfig config)
        : base(nameof(ElectraForQuestionAnswering), config, new ElectraModel(config), config.HiddenSize) { }

    static ElectraForQuestionAnswering IPretrainedModel<ElectraForQuestionAnswering, ElectraConfig>.Create(ElectraConfig config) =>
        new(config);
}

/// <summary>ELECTRA for multiple choice (transformers' <c>ElectraForMultipleChoice</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ElectraForMultipleChoice
    : MultipleChoiceModel<ElectraForMultipleChoice, ElectraConfig>, IPretrainedModel<ElectraForMultipleChoice, ElectraConfig>
{
    [ComponentName(Name = "electra")] private readonly ElectraModel _electra;
    [ComponentName(Name = "sequence_summary")] private readonly Module<Tensor, Tensor> _summary;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    private ElectraForMultipleChoice(ElectraConfig config) : base(nameof(ElectraForMultipleChoice), config)
    {
        _electra = new ElectraModel(config);
        _summary = new SequenceSummary(config);
        _classifier = new Linear(config.HiddenSize, 1);
        RegisterComponents();
    }

    static ElectraForMultipleChoice IPretrainedModel<ElectraForMultipleChoice, ElectraConfig>.Create(ElectraConfig config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _electra;

    /// <inheritdoc/>
    protected override bool ReadsFirstTokenOnly => Config.SummaryType == ElectraConfig.First;

    /// <inheritdoc/>
    protected override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(_summary.call(Read(body.LastHiddenState!)));

    private Tensor Read(Tensor states) => Config.SummaryType switch
    {
        ElectraConfig.First => states.select(1, 0),
        ElectraConfig.Mean => states.mean([1]),
        _ => states.select(1, -1),
    };

    /// <summary>Dropout, a linear layer, an activation function and dropout (<c>ElectraSequenceSummary</c>).</summary>
    private sealed class SequenceSummary : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "summary")] private readonly Module<Tensor, Tensor>? _dense;
        [ComponentName(Name = "first_dropout")] private readonly Module<Tensor, Tensor> _before;
        [ComponentName(Name = "last_dropout")] private readonly Module<Tensor, Tensor> _after;
        private readonly Func<Tensor, Tensor> _activation;

        internal SequenceSummary(ElectraConfig config) : base("ElectraSequenceSummary")
        {
            if (config.SummaryUseProj) _dense = new Linear(config.HiddenSize, config.HiddenSize);
            (_before, _after) = (new Dropout(config.SummaryFirstDropout), new Dropout(config.SummaryLastDropout));
            _activation = ActivationFunctions.Get(config.SummaryActivation ?? ElectraConfig.NoActivation);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            x = _before.call(x);
            return _after.call(_activation(_dense is null ? x : _dense.call(x))).MoveToOuterDisposeScope();
        }
    }
}

/// <summary>ELECTRA as a masked language model: the generator (transformers' <c>ElectraForMaskedLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ElectraForMaskedLM
    : MaskedLMModel<ElectraForMaskedLM, ElectraConfig>, IPretrainedModel<ElectraForMaskedLM, ElectraConfig>
{
    [ComponentName(Name = "electra")] private readonly ElectraModel _electra;
    [ComponentName(Name = "generator_predictions")] private readonly Module<Tensor, Tensor> _transform;
    [ComponentName(Name = "generator_lm_head")] private readonly Module<Tensor, Tensor> _head;

    private ElectraForMaskedLM(ElectraConfig config) : base(nameof(ElectraForMaskedLM), config)
    {
        _electra = new ElectraModel(config);
        _transform = new GeneratorPredictions(config);
        _head = config.TieWordEmbeddings
            ? new TiedLinear(() => ((IHasWeight)_electra.InputEmbeddings).Weight, config.VocabSize)
            : new Linear(config.EmbeddingSize, config.VocabSize);
        RegisterComponents();
    }

    static ElectraForMaskedLM IPretrainedModel<ElectraForMaskedLM, ElectraConfig>.Create(ElectraConfig config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _electra;

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Head => _head;

    /// <inheritdoc/>
    protected override Tensor Transform(Tensor states) => _transform.call(states);

    /// <summary>
    /// The layers between the body and the logits; their output has the width of the embeddings (<c>ElectraGeneratorPredictions</c>).
    /// </summary>
    private sealed class GeneratorPredictions : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor> _norm;
        [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
        private readonly Func<Tensor, Tensor> _activation = ActivationFunctions.Get("gelu");

        internal GeneratorPredictions(ElectraConfig config) : base("ElectraGeneratorPredictions")
        {
            _norm = new LayerNorm(config.EmbeddingSize, config.LayerNormEps);
            _dense = new Linear(config.HiddenSize, config.EmbeddingSize);
            RegisterComponents();
        }

        public override Tensor forward(Tensor states)
        {
            using var scope = NewDisposeScope();
            return _norm.call(_activation(_dense.call(states))).MoveToOuterDisposeScope();
        }
    }
}
