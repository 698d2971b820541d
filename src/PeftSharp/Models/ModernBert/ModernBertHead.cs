using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.ModernBert;

/// <summary>
/// The layers before the classifier or the logits: a linear layer, an activation and layer normalization (transformers'
/// <c>ModernBertPredictionHead</c>).
/// </summary>
internal sealed class ModernBertHead : Module<Tensor, Tensor>, IChildInitializer
{
    [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
    [ComponentName(Name = "norm")] private readonly Module<Tensor, Tensor> _norm;
    private readonly Func<Tensor, Tensor> _activation;
    private readonly ModernBertInitialization _initial;

    internal ModernBertHead(ModernBertConfig config) : base("ModernBertPredictionHead")
    {
        _dense = new Linear(config.HiddenSize, config.HiddenSize, config.ClassifierBias);
        _norm = new LayerNorm(config.HiddenSize, config.NormEps, config.NormBias);
        _activation = ActivationFunctions.Get(config.ClassifierActivation);
        _initial = new ModernBertInitialization(config);
        RegisterComponents();
    }

    /// <param name="x">Float [..., hidden].</param>
    /// <returns>Same shape as <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _norm.call(_activation(_dense.call(x))).MoveToOuterDisposeScope();
    }

    public void InitializeChild(Module child, string name)
    {
        if (name == "dense.weight") _initial.Fill(child, _initial.Out);
    }

    /// <summary>The hidden state that a classifier reads, float [batch, hidden].</summary>
    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <param name="mask">1 for tokens that are not padding, int64 [batch, tokens]. If the mask is null or has a value for each pair of
    /// tokens, no token is treated as padding.</param>
    /// <param name="config">Determines whether the state of the first token or the mean of the states is returned.</param>
    /// <param name="firstRead">
    /// Whether padding before the text is skipped, so that the first token is the first one that is not padding. Default false.
    /// </param>
    internal static Tensor Pooled(Tensor states, Tensor? mask, ModernBertConfig config, bool firstRead = false)
    {
        if (mask?.dim() != 2) mask = null;             // a mask for each pair of tokens does not say which tokens are padding
        if (!config.PoolsFirstToken) return mask is null ? states.mean([1]) : Mean(states, mask.to(states.dtype).unsqueeze(2));
        if (mask is null || !firstRead) return states.select(1, 0);
        return states.index([arange(states.shape[0], ScalarType.Int64, states.device), mask.argmax(1)]);
    }

    private static Tensor Mean(Tensor states, Tensor weights) => (states * weights).sum(1) / weights.sum(1);
}
