using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not the function of that name in TorchSharp

namespace PeftSharp.Modeling;

/// <summary>A body with a head that scores every token of the vocabulary, tied to the input embeddings or with a weight of its own.</summary>
/// <remarks>
/// <para><c>labels</c>: int64 [batch, tokens], -100 is not counted. <c>logits</c>: [batch, tokens, vocabulary], or the last <see cref="ForwardOptions.LogitsToKeep"/> tokens.
/// Where only the loss is wanted, it is computed from the hidden states without all logits.</para>
/// <para>Thread safety: several threads can call one model in evaluation mode at once. Training, loading weights, moving and disposing it need exclusive use.</para>
/// </remarks>
/// <typeparam name="TSelf">The class itself.</typeparam>
/// <typeparam name="TConfig">Its configuration.</typeparam>
public abstract class LanguageModel<TSelf, TConfig> : HeadModel<TSelf, TConfig>
    where TSelf : LanguageModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : TextConfig, new()
{
    private readonly LanguageModelObjective _objective;

    private protected LanguageModel(string name, TConfig config, LanguageModelObjective objective) : base(name, config, objective) => _objective = objective;

    /// <summary>The layer that scores the tokens: a <see cref="TiedLinear"/> where the head is tied to the input embeddings.</summary>
    protected abstract Module<Tensor, Tensor> Head { get; }

    /// <inheritdoc/>
    public sealed override Module<Tensor, Tensor> OutputEmbeddings => Head;

    /// <inheritdoc/>
    public override IReadOnlyList<string> OptionNames => [.. Body.OptionNames, "logits_to_keep"];

    /// <summary>Transforms the hidden states before they are scored. Default: unchanged.</summary>
    /// <param name="states">Float [batch, tokens, hidden].</param>
    protected virtual Tensor Transform(Tensor states) => states;

    /// <inheritdoc/>
    protected sealed override Tensor Score(ModelOutput body, ModelInputs inputs) => Head.call(Transform(body.LastHiddenState!));

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">Labels are given although logits of only some tokens are wanted.</exception>
    protected override ModelOutput ForwardCore(ModelInputs inputs, ForwardOptions options)
    {
        var body = Body.call(inputs, options);
        var states = Transform(Kept(body.LastHiddenState!, inputs, options));
        if (options.LossOnly && inputs.Labels is { } labels && PlainWeight is { } weight)
        {
            var loss = Losses.LinearCrossEntropy(ComputePrecision.Of(states), ComputePrecision.OfWeight(weight), _objective.Targets(labels), options.NumItemsInBatch);
            return new ModelOutput { Loss = loss, HiddenStates = body.HiddenStates, Attentions = body.Attentions };
        }
        return WithLoss(new ModelOutput { Logits = Head.call(states), HiddenStates = body.HiddenStates, Attentions = body.Attentions }, inputs, options);
    }

    /// <summary>The head's weight where the head is nothing but a product with it; null where it has a bias or an adapter around it.</summary>
    private Tensor? PlainWeight => Head switch
    {
        TiedLinear { Bias: null } tied => tied.Weight,
        Linear { Bias: null } own => own.Weight,
        _ => null,
    };

    /// <summary>A head without a bias: tied to the input embeddings, or with a weight of its own.</summary>
    /// <param name="config">Says whether the head is tied (<see cref="PretrainedConfig.TieWordEmbeddings"/>).</param>
    /// <param name="body">The body, whose input embeddings a tied head reads.</param>
    /// <param name="hiddenSize">Width of the hidden states.</param>
    protected static Module<Tensor, Tensor> CreateHead(TConfig config, PretrainedModel body, int hiddenSize)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(body);
        return config.TieWordEmbeddings ? new TiedLinear(() => ((IHasWeight)body.InputEmbeddings!).Weight) : new Linear(hiddenSize, config.VocabSize, hasBias: false);
    }

    private static Tensor Kept(Tensor states, ModelInputs inputs, ForwardOptions options)
    {
        var tokens = states.shape[1];
        if (options.LogitsToKeep <= 0 || options.LogitsToKeep >= tokens) return states;
        if (inputs.Labels is not null) throw new ArgumentException("A loss needs the logits of all tokens: leave LogitsToKeep at 0 where labels are given.");
        return states.narrow(1, tokens - options.LogitsToKeep, options.LogitsToKeep);
    }
}
