using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not the function of that name in TorchSharp

namespace PeftSharp.Modeling;

/// <summary>A body with a head that scores every token of the vocabulary, tied to the input embeddings or with a weight of its own.</summary>
/// <remarks>
/// <c>labels</c>: int64 [batch, tokens], -100 is not counted. <c>logits</c>: [batch, tokens, vocabulary], or the last <see cref="ForwardOptions.LogitsToKeep"/> tokens.
/// Where only the loss is wanted, it is computed from the hidden states without all logits.
/// </remarks>
/// <typeparam name="TSelf">The class itself.</typeparam>
/// <typeparam name="TConfig">Its configuration.</typeparam>
public abstract class LanguageModel<TSelf, TConfig> : HeadModel<TSelf, TConfig>
    where TSelf : LanguageModel<TSelf, TConfig>, IPretrainedModel<TSelf, TConfig>
    where TConfig : TextConfig, new()
{
    private readonly LanguageModelObjective _objective;

    private protected LanguageModel(string name, TConfig config, LanguageModelObjective objective) : base(name, config, objective) => _objective = objective;

    /// <summary>The head's own layer; null where the head is tied to the input embeddings.</summary>
    protected abstract Module<Tensor, Tensor>? UntiedHead { get; }

    /// <summary>Bias of a tied head, float [vocabulary]. Default null: none.</summary>
    protected virtual Tensor? TiedBias => null;

    /// <inheritdoc/>
    public override Module<Tensor, Tensor>? OutputEmbeddings => UntiedHead ?? InputEmbeddings;

    /// <summary>Transforms the hidden states before they are scored. Default: unchanged.</summary>
    /// <param name="states">Float [batch, tokens, hidden].</param>
    protected virtual Tensor Transform(Tensor states) => states;

    /// <inheritdoc/>
    protected sealed override Tensor Score(ModelOutput body, ModelInputs inputs) => Logits(Transform(body.LastHiddenState!));

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
        return WithLoss(new ModelOutput { Logits = Logits(states), HiddenStates = body.HiddenStates, Attentions = body.Attentions }, inputs, options);
    }

    /// <summary>The head's weight where the head is nothing but a product with it; null where it has a bias or an adapter around it.</summary>
    private Tensor? PlainWeight => UntiedHead switch
    {
        null => TiedBias is null ? TiedWeight : null,
        Linear { Bias: null } head => head.Weight,
        _ => null,
    };

    private Tensor TiedWeight => ((IHasWeight)InputEmbeddings!).Weight;

    private Tensor Logits(Tensor states) => UntiedHead is { } head ? head.call(states)
        : Linear.Product(ComputePrecision.Of(states), ComputePrecision.OfWeight(TiedWeight), ComputePrecision.OfBias(TiedBias));

    private static Tensor Kept(Tensor states, ModelInputs inputs, ForwardOptions options)
    {
        var tokens = states.shape[1];
        if (options.LogitsToKeep <= 0 || options.LogitsToKeep >= tokens) return states;
        if (inputs.Labels is not null) throw new ArgumentException("A loss needs the logits of all tokens: leave LogitsToKeep at 0 where labels are given.");
        return states.narrow(1, tokens - options.LogitsToKeep, options.LogitsToKeep);
    }
}
