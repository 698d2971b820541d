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
    : ModernBertClassifier<ModernBertForSequenceClassification>, IPretrainedModel<ModernBertForSequenceClassification, ModernBertConfig>
{
    private ModernBertForSequenceClassification(ModernBertConfig config)
        : base(nameof(ModernBertForSequenceClassification), config, SequenceClassificationObjective.Instance, config.NumLabels) { }

    static ModernBertForSequenceClassification IPretrainedModel<ModernBertForSequenceClassification, ModernBertConfig>.Create(
        ModernBertConfig config) =>
        new(config);

    /// <inheritdoc/>
    protected override bool ReadsFirstTokenOnly => Config.PoolsFirstToken;

    private protected override Tensor Read(Tensor states, Tensor? mask) => ModernBertHead.Pooled(states, mask, Config);
}

/// <summary>ModernBERT for multiple choice (transformers' <c>ModernBertForMultipleChoice</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ModernBertForMultipleChoice
    : ModernBertClassifier<ModernBertForMultipleChoice>, IPretrainedModel<ModernBertForMultipleChoice, ModernBertConfig>
{
    private ModernBertForMultipleChoice(ModernBertConfig config)
        : base(nameof(ModernBertForMultipleChoice), config, MultipleChoiceObjective.Instance, 1) { }

    static ModernBertForMultipleChoice IPretrainedModel<ModernBertForMultipleChoice, ModernBertConfig>.Create(ModernBertConfig config) =>
        new(config);

    private protected override Tensor Read(Tensor states, Tensor? mask) => ModernBertHead.Pooled(states, mask, Config, firstRead: true);
}

/// <summary>ModernBERT for token classification (transformers' <c>ModernBertForTokenClassification</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ModernBertForTokenClassification
    : ModernBertClassifier<ModernBertForTokenClassification>, IPretrainedModel<ModernBertForTokenClassification, ModernBertConfig>
{
    private ModernBertForTokenClassification(ModernBertConfig config)
        : base(nameof(ModernBertForTokenClassification), config, TokenClassificationObjective.Instance, config.NumLabels) { }

    static ModernBertForTokenClassification IPretrainedModel<ModernBertForTokenClassification, ModernBertConfig>.Create(
        ModernBertConfig config) =>
        new(config);
}

/// <summary>ModernBERT for extractive question answering (transformers' <c>ModernBertForQuestionAnswering</c>).</summary>
/// <remarks>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </remarks>
public sealed class ModernBertForQuestionAnswering
    : ModernBertClassifier<ModernBertForQuestionAnswering>, IPretrainedModel<ModernBertForQuestionAnswering, ModernBertConfig>
{
    private ModernBertForQuestionAnswering(ModernBertConfig config)
        : base(nameof(ModernBertForQuestionAnswering), config, QuestionAnsweringObjective.Instance, 2) { }

    static ModernBertForQuestionAnswering IPretrainedModel<ModernBertForQuestionAnswering, ModernBertConfig>.Create(
        ModernBertConfig config) =>
        new(config);
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
