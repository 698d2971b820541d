using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.ModernBert;

/// <summary>ModernBERT for sequence classification (transformers' <c>ModernBertForSequenceClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ModernBertForSequenceClassification
    : SequenceClassificationModel<ModernBertForSequenceClassification, ModernBertConfig>,
        IPretrainedModel<ModernBertForSequenceClassification, ModernBertConfig>, IChildInitializer
{
    [ComponentName(Name = "model")] private readonly ModernBertModel _model;
    [ComponentName(Name = "head")] private readonly Module<Tensor, Tensor> _head;
    [ComponentName(Name = "drop")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;
    private readonly ModernBertInitialization _initial;

    private ModernBertForSequenceClassification(ModernBertConfig config) : base(nameof(ModernBertForSequenceClassification), config)
    {
        _model = new ModernBertModel(config);
        _head = new ModernBertHead(config);
        _dropout = new Dropout(config.ClassifierDropout);
        _classifier = new Linear(config.HiddenSize, config.NumLabels);
        _initial = new ModernBertInitialization(config);
        RegisterComponents();
    }

    static ModernBertForSequenceClassification IPretrainedModel<ModernBertForSequenceClassification, ModernBertConfig>.Create(
        ModernBertConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _model;

    /// <inheritdoc/>
    protected override bool ReadsFirstTokenOnly => Config.PoolsFirstToken;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(_dropout.call(_head.call(ModernBertHead.Pooled(body.LastHiddenState!, inputs.AttentionMask, Config))));

    void IChildInitializer.InitializeChild(Module child, string name)
    {
        if (name == "classifier.weight") _initial.Fill(child, _initial.Classifier);
    }
}

/// <summary>ModernBERT for multiple choice (transformers' <c>ModernBertForMultipleChoice</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ModernBertForMultipleChoice
    : MultipleChoiceModel<ModernBertForMultipleChoice, ModernBertConfig>,
        IPretrainedModel<ModernBertForMultipleChoice, ModernBertConfig>, IChildInitializer
{
    [ComponentName(Name = "model")] private readonly ModernBertModel _model;
    [ComponentName(Name = "head")] private readonly Module<Tensor, Tensor> _head;
    [ComponentName(Name = "drop")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;
    private readonly ModernBertInitialization _initial;

    private ModernBertForMultipleChoice(ModernBertConfig config) : base(nameof(ModernBertForMultipleChoice), config)
    {
        _model = new ModernBertModel(config);
        _head = new ModernBertHead(config);
        _dropout = new Dropout(config.ClassifierDropout);
        _classifier = new Linear(config.HiddenSize, 1);
        _initial = new ModernBertInitialization(config);
        RegisterComponents();
    }

    static ModernBertForMultipleChoice IPretrainedModel<ModernBertForMultipleChoice, ModernBertConfig>.Create(
        ModernBertConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _model;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(_dropout.call(_head.call(
            ModernBertHead.Pooled(body.LastHiddenState!, inputs.AttentionMask, Config, firstRead: true))));

    void IChildInitializer.InitializeChild(Module child, string name)
    {
        if (name == "classifier.weight") _initial.Fill(child, _initial.Classifier);
    }
}

/// <summary>ModernBERT for token classification (transformers' <c>ModernBertForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ModernBertForTokenClassification
    : TokenClassificationModel<ModernBertForTokenClassification, ModernBertConfig>,
        IPretrainedModel<ModernBertForTokenClassification, ModernBertConfig>, IChildInitializer
{
    [ComponentName(Name = "model")] private readonly ModernBertModel _model;
    [ComponentName(Name = "head")] private readonly Module<Tensor, Tensor> _head;
    [ComponentName(Name = "drop")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;
    private readonly ModernBertInitialization _initial;

    private ModernBertForTokenClassification(ModernBertConfig config) : base(nameof(ModernBertForTokenClassification), config)
    {
        _model = new ModernBertModel(config);
        _head = new ModernBertHead(config);
        _dropout = new Dropout(config.ClassifierDropout);
        _classifier = new Linear(config.HiddenSize, config.NumLabels);
        _initial = new ModernBertInitialization(config);
        RegisterComponents();
    }

    static ModernBertForTokenClassification IPretrainedModel<ModernBertForTokenClassification, ModernBertConfig>.Create(
        ModernBertConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _model;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(_dropout.call(_head.call(body.LastHiddenState!)));

    void IChildInitializer.InitializeChild(Module child, string name)
    {
        if (name == "classifier.weight") _initial.Fill(child, _initial.Classifier);
    }
}

/// <summary>ModernBERT for extractive question answering (transformers' <c>ModernBertForQuestionAnswering</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ModernBertForQuestionAnswering
    : QuestionAnsweringModel<ModernBertForQuestionAnswering, ModernBertConfig>,
        IPretrainedModel<ModernBertForQuestionAnswering, ModernBertConfig>, IChildInitializer
{
    [ComponentName(Name = "model")] private readonly ModernBertModel _model;
    [ComponentName(Name = "head")] private readonly Module<Tensor, Tensor> _head;
    [ComponentName(Name = "drop")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "classifier")] private readonly Module<Tensor, Tensor> _classifier;
    private readonly ModernBertInitialization _initial;

    private ModernBertForQuestionAnswering(ModernBertConfig config) : base(nameof(ModernBertForQuestionAnswering), config)
    {
        _model = new ModernBertModel(config);
        _head = new ModernBertHead(config);
        _dropout = new Dropout(config.ClassifierDropout);
        _classifier = new Linear(config.HiddenSize, 2);
        _initial = new ModernBertInitialization(config);
        RegisterComponents();
    }

    static ModernBertForQuestionAnswering IPretrainedModel<ModernBertForQuestionAnswering, ModernBertConfig>.Create(
        ModernBertConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _model;

    /// <inheritdoc/>
    protected override Tensor Score(ModelOutput body, ModelInputs inputs) =>
        _classifier.call(_dropout.call(_head.call(body.LastHiddenState!)));

    void IChildInitializer.InitializeChild(Module child, string name)
    {
        if (name == "classifier.weight") _initial.Fill(child, _initial.Classifier);
    }
}

/// <summary>ModernBERT as a masked language model (transformers' <c>ModernBertForMaskedLM</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ModernBertForMaskedLM
    : MaskedLMModel<ModernBertForMaskedLM, ModernBertConfig>, IPretrainedModel<ModernBertForMaskedLM, ModernBertConfig>, IChildInitializer
{
    [ComponentName(Name = "model")] private readonly ModernBertModel _model;
    [ComponentName(Name = "head")] private readonly Module<Tensor, Tensor> _head;
    [ComponentName(Name = "decoder")] private readonly Module<Tensor, Tensor> _decoder;
    private readonly ModernBertInitialization _initial;

    private ModernBertForMaskedLM(ModernBertConfig config) : base(nameof(ModernBertForMaskedLM), config)
    {
        _model = new ModernBertModel(config);
        _head = new ModernBertHead(config);
        Func<Tensor> embeddings = () => ((IHasWeight)_model.InputEmbeddings).Weight;
        _decoder = !config.TieWordEmbeddings ? new Linear(config.HiddenSize, config.VocabSize, config.DecoderBias)
            : config.DecoderBias ? new TiedLinear(embeddings, config.VocabSize)
            : new TiedLinear(embeddings);
        _initial = new ModernBertInitialization(config);
        RegisterComponents();
    }

    static ModernBertForMaskedLM IPretrainedModel<ModernBertForMaskedLM, ModernBertConfig>.Create(ModernBertConfig config) => new(config);

    /// <inheritdoc/>
    protected override PretrainedModel Body => _model;

    /// <inheritdoc/>
    protected override Module<Tensor, Tensor> Head => _decoder;

    private protected override bool ScoresLabeledTokensOnly => Config.SparsePrediction;

    /// <inheritdoc/>
    protected override Tensor Transform(Tensor states) => _head.call(states);

    void IChildInitializer.InitializeChild(Module child, string name)
    {
        if (name == "decoder.weight") _initial.Fill(child, _initial.Out);
    }
}
