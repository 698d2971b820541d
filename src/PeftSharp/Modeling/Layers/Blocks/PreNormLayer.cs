using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A layer of ViT and CLIP: layer normalization and self-attention, then layer normalization and a feed-forward layer, each with dropout
/// and a residual connection.
/// </summary>
/// <remarks>
/// <para>
/// Dosovitskiy et al. 2020, section 3.1 (arXiv:2010.11929). The names of the modules differ between the families, so the
/// constructor sets them, instead of attributes of the fields. The context determines whether attention is causal.
/// </para>
/// <para>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</para>
/// </remarks>
internal sealed class PreNormLayer : Module<Tensor, AttentionContext, Tensor>
{
    private readonly Module<Tensor, AttentionContext, Tensor> _attention;
    private readonly Module<Tensor, Tensor> _attentionNorm;
    private readonly Module<Tensor, Tensor> _feedForwardNorm;
    private readonly Module<Tensor, Tensor> _feedForward;
    private readonly Module<Tensor, Tensor> _dropout;

    /// <param name="settings">Sizes and dropout probabilities.</param>
    /// <param name="names">The names of the modules.</param>
    /// <param name="initial">Standard deviations of new weights. Null: the configuration's <c>initializer_range</c>.</param>
    internal PreNormLayer(EncoderSettings settings, PreNormNames names, PreNormDeviations? initial = null) : base(nameof(PreNormLayer))
    {
        _attention = new SelfAttention(settings, names, initial);
        _attentionNorm = new LayerNorm(settings.HiddenSize, settings.LayerNormEpsilon);
        _feedForwardNorm = new LayerNorm(settings.HiddenSize, settings.LayerNormEpsilon);
        _feedForward = new FeedForward(settings, initial);
        _dropout = new Dropout(settings.HiddenDropout);
        RegisterComponents();
        ModuleTree.RenameChildren(
            this, [names.Attention, names.AttentionNorm, names.FeedForwardNorm, PreNormNames.FeedForward, "dropout"]);
        ModuleTree.ReorderChildren(this, names.LayerOrder);
    }

    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <returns>
    /// Float [batch, tokens, hidden], with the tokens that <see cref="AttentionContext.SelectQueryTokens"/> selects: all, or only the
    /// first.
    /// </returns>
    public override Tensor forward(Tensor x, AttentionContext context)
    {
        using var scope = NewDisposeScope();
        var attended = context.SelectQueryTokens(x) + _dropout.call(_attention.call(_attentionNorm.call(x), context));
        return (attended + _dropout.call(_feedForward.call(_feedForwardNorm.call(attended)))).MoveToOuterDisposeScope();
    }

    private sealed class SelfAttention : Module<Tensor, AttentionContext, Tensor>, IFirstTokenAware
    {
        private readonly Module<Tensor, Tensor> _query;
        private readonly Module<Tensor, Tensor> _key;
        private readonly Module<Tensor, Tensor> _value;
        private readonly Module<Tensor, Tensor> _output;
        private readonly MultiHeadAttention _heads;

        internal SelfAttention(EncoderSettings settings, PreNormNames names, PreNormDeviations? initial) : base(nameof(SelfAttention))
        {
            _query = Projection();
            _key = Projection();
            _value = Projection();
            _output = new Linear(settings.HiddenSize, settings.HiddenSize) { InitialDeviation = initial?.AttentionOut };
            _heads = new MultiHeadAttention { Heads = settings.Heads, Dropout = settings.AttentionDropout };
            RegisterComponents();
            ModuleTree.RenameChildren(this, [names.Query, names.Key, names.Value, names.Output]);
            ModuleTree.ReorderChildren(this, names.AttentionOrder);

            Linear Projection() => new(settings.HiddenSize, settings.HiddenSize, settings.HasQueryKeyValueBias)
            {
                InitialDeviation = initial?.AttentionIn,
            };
        }

        public bool CanComputeFirstTokenOnly(Tensor x) => _heads.CanComputeFirstTokenOnly(x, training);

        public override Tensor forward(Tensor x, AttentionContext context)
        {
            using var scope = NewDisposeScope();
            var mixed = _heads.Apply(_query.call(context.SelectQueryTokens(x)), _key.call(x), _value.call(x), context, training);
            return _output.call(mixed).MoveToOuterDisposeScope();
        }
    }

    private sealed class FeedForward : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "fc1")] private readonly Module<Tensor, Tensor> _in;
        [ComponentName(Name = "fc2")] private readonly Module<Tensor, Tensor> _out;
        private readonly Func<Tensor, Tensor> _activation;

        internal FeedForward(EncoderSettings settings, PreNormDeviations? initial) : base(nameof(FeedForward))
        {
            _in = new Linear(settings.HiddenSize, settings.IntermediateSize) { InitialDeviation = initial?.FeedForwardIn };
            _out = new Linear(settings.IntermediateSize, settings.HiddenSize) { InitialDeviation = initial?.FeedForwardOut };
            _activation = ActivationFunctions.Get(settings.Activation);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return _out.call(_activation(_in.call(x))).MoveToOuterDisposeScope();
        }
    }
}
