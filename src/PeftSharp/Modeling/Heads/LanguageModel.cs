using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Modeling;

/// <summary>
/// A body with a head that scores every token of the vocabulary. The head's weight is tied to the input embeddings or separate.
/// </summary>
/// <remarks>
/// <para>
/// <c>labels</c>: int64 [batch, tokens], -100 is ignored. <c>logits</c>: [batch, tokens, vocabulary], or only for the last
/// <see cref="ForwardOptions.LogitsToKeep"/> tokens. If only the loss is requested, the loss is usually computed from the hidden states of
/// the labeled tokens without materializing all logits. For a batch with labels, ModernBERT with <c>sparse_prediction</c> computes only the
/// logits of the labeled tokens, [labeled, vocabulary].
/// </para>
/// <para>
/// Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need
/// exclusive use.
/// </para>
/// </remarks>
/// <typeparam name="TSelf">The derived class.</typeparam>
/// <typeparam name="TConfig">The configuration type.</typeparam>
public abstract class LanguageModel<TSelf, TConfig> : HeadModel<TSelf, TConfig>
    where TSelf : LanguageModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : TextConfig, new()
{
    private const double MostTokens = 0.9;
    private readonly LanguageModelObjective _objective;

    private protected LanguageModel(string name, TConfig config, LanguageModelObjective objective)
        : base(name, config, objective) => _objective = objective;

    /// <summary>The layer that computes the logits: a <see cref="TiedLinear"/> if the head is tied to the input embeddings.</summary>
    protected abstract Module<Tensor, Tensor> Head { get; }

    /// <inheritdoc/>
    public sealed override Module<Tensor, Tensor> OutputEmbeddings => Head;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [.. Body.OptionNames, "logits_to_keep"];

    /// <summary>
    /// Whether a call with labels returns the logits of the labeled tokens only, float [labeled, vocabulary]. Default false.
    /// </summary>
    private protected virtual bool ScoresLabeledTokensOnly => false;

    /// <summary>Transforms the hidden state of each token independently, before the logits are computed. Default: unchanged.</summary>
    /// <param name="states">Float [batch, tokens, hidden], or only the labeled tokens, [1, labeled, hidden].</param>
    protected virtual Tensor Transform(Tensor states) => states;

    /// <inheritdoc/>
    protected sealed override Tensor ComputeLogits(ModelOutput body, ModelInputs inputs) => Head.call(Transform(body.LastHiddenState!));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The batch has labels although <see cref="ForwardOptions.LogitsToKeep"/> is set.</exception>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var body = Body.call(inputs, options);
        var kept = Kept(body.LastHiddenState!, inputs, options);
        if (inputs.Labels is { } labels && (options.LossOnly || ScoresLabeledTokensOnly))
            return LabeledOnly(kept, _objective.Targets(labels), body, options);
        return WithLoss(
            new ModelOutput { Logits = Head.call(Transform(kept)), HiddenStates = body.HiddenStates, Attentions = body.Attentions },
            inputs, options);
    }

    /// <summary>The loss, computed from the labeled tokens.</summary>
    private ModelOutput LabeledOnly(Tensor states, Tensor targets, ModelOutput body, ForwardOptions options)
    {
        var places = targets.reshape(-1).ne(InputCheck.Ignored).nonzero().squeeze(1);
        // The loss is computed from the labeled tokens only if there are any, and if their states are much fewer than all states (otherwise
        // copying them takes more time than it saves) or the call must return only their logits.
        if (places.numel() > 0 && (ScoresLabeledTokensOnly || places.numel() < MostTokens * targets.numel()))
        {
            states = states.flatten(0, 1).index_select(0, places).unsqueeze(0);
            targets = targets.reshape(-1).index_select(0, places).unsqueeze(0);
        }
        var transformed = Transform(states);
        Tensor? logits = null;
        Tensor loss;
        if (options.LossOnly && PlainWeight is { } weight)
            loss = Losses.LinearCrossEntropy(
                ComputePrecision.Of(transformed), ComputePrecision.OfWeight(weight), targets, options.NumItemsInBatch);
        else loss = Losses.CrossEntropy(logits = Head.call(transformed), targets, options.NumItemsInBatch);
        return new ModelOutput
        {
            Loss = loss,
            Logits = options.LossOnly ? null : logits!.flatten(0, 1),
            HiddenStates = body.HiddenStates,
            Attentions = body.Attentions,
        };
    }

    /// <summary>The head's weight if the head is a plain matrix product; null if it has a bias or an adapter.</summary>
    private Tensor? PlainWeight => Head switch
    {
        TiedLinear { Bias: null } tied => tied.Weight,
        Linear { Bias: null } own => own.Weight,
        _ => null,
    };

    /// <summary>Creates a head without a bias, tied to the input embeddings or with a separate weight.</summary>
    /// <param name="config">Determines whether the head is tied (<see cref="PretrainedConfig.TieWordEmbeddings"/>).</param>
    /// <param name="body">The body, whose input embeddings a tied head uses.</param>
    /// <param name="hiddenSize">Width of the hidden states.</param>
    protected static Module<Tensor, Tensor> CreateHead(TConfig config, PretrainedModel body, int hiddenSize)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(body);
        return config.TieWordEmbeddings
            ? new TiedLinear(() => ((IHasWeight)body.InputEmbeddings!).Weight)
            : new Linear(hiddenSize, config.VocabSize, hasBias: false);
    }

    private static Tensor Kept(Tensor states, ModelInputs inputs, ForwardOptions options)
    {
        var tokens = states.shape[1];
        if (options.LogitsToKeep <= 0 || options.LogitsToKeep >= tokens) return states;
        if (inputs.Labels is not null)
            throw new ArgumentException("The loss needs the logits of all tokens. Leave LogitsToKeep at 0 if the batch has labels.");
        return states.narrow(1, tokens - options.LogitsToKeep, options.LogitsToKeep);
    }
}
