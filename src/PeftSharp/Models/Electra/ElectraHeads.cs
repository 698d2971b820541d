using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.Electra;

/// <summary>ELECTRA for sequence classification, from the first token (transformers' <c>ElectraForSequenceClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ElectraForSequenceClassification
    : SequenceClassificationModel<ElectraForSequenceClassification, ElectraConfig>,
        IPretrainedModel<ElectraForSequenceClassification, ElectraConfig>
{
    [ComponentName(Name = "electra")] private readonly ElectraModel _electra;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    private ElectraForSequenceClassification(ElectraConfig config) : base(nameof(ElectraForSequenceClassification), config)
    {
        _electra = new ElectraModel(config);
        _classifier = new ClassificationHead(config.HiddenSize, config.NumLabels, config.HeadDropout, "gelu");
        RegisterComponents();
    }

    static ElectraForSequenceClassification IPretrainedModel<ElectraForSequenceClassification, ElectraConfig>.Create(
        ElectraConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _electra;

    /// <inheritdoc/>
    protected override bool ReadsFirstTokenOnly => true;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) => _classifier.call(body.LastHiddenState!.select(1, 0));
}

/// <summary>ELECTRA for token classification (transformers' <c>ElectraForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ElectraForTokenClassification
    : TokenClassificationModel<ElectraForTokenClassification, ElectraConfig>, IPretrainedModel<ElectraForTokenClassification, ElectraConfig>
{
    [ComponentName(Name = "electra")] private readonly ElectraModel _electra;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;

    private ElectraForTokenClassification(ElectraConfig config) : base(nameof(ElectraForTokenClassification), config)
    {
        _electra = new ElectraModel(config);
        _dropout = new Dropout(config.HeadDropout);
        _classifier = new Linear(config.HiddenSize, config.NumLabels);
        RegisterComponents();
    }

    static ElectraForTokenClassification IPretrainedModel<ElectraForTokenClassification, ElectraConfig>.Create(ElectraConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _electra;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) => _classifier.call(_dropout.call(body.LastHiddenState!));
}

/// <summary>ELECTRA for extractive question answering (transformers' <c>ElectraForQuestionAnswering</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ElectraForQuestionAnswering
    : QuestionAnsweringModel<ElectraForQuestionAnswering, ElectraConfig>, IPretrainedModel<ElectraForQuestionAnswering, ElectraConfig>
{
    [ComponentName(Name = "electra")] private readonly ElectraModel _electra;
    [ComponentName(Name = "qa_outputs")] private readonly Module<Tensor, Tensor> _spans;

    private ElectraForQuestionAnswering(ElectraConfig config) : base(nameof(ElectraForQuestionAnswering), config)
    {
        _electra = new ElectraModel(config);
        _spans = new Linear(config.HiddenSize, 2);
        RegisterComponents();
    }

    static ElectraForQuestionAnswering IPretrainedModel<ElectraForQuestionAnswering, ElectraConfig>.Create(ElectraConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _electra;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) => _spans.call(body.LastHiddenState!);
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
    /// The layers between the body and the logits, which return the width of the embeddings (<c>ElectraGeneratorPredictions</c>).
    /// </summary>
    private sealed class GeneratorPredictions : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor> _norm;
        [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
        private readonly Func<Tensor, Tensor> _activation = ActivationFunctions.ByName("gelu");

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
