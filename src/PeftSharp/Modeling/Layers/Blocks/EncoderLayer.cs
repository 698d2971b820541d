using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A layer of BERT and similar models: self-attention, then a feed-forward layer, each followed by dropout, a residual connection and
/// layer normalization.
/// </summary>
/// <remarks>
/// <para>Vaswani et al. 2017, section 3.1. The parameters have the names of transformers' <c>BertLayer</c>.</para>
/// <para>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</para>
/// </remarks>
public sealed class EncoderLayer : Module<Tensor, AttentionContext, Tensor>
{
    [ComponentName(Name = "attention")] private readonly Module<Tensor, AttentionContext, Tensor> _attention;
    [ComponentName(Name = "intermediate")] private readonly Module<Tensor, Tensor> _intermediate;
    [ComponentName(Name = "output")] private readonly Module<Tensor, Tensor, Tensor> _output;

    /// <summary>Creates a layer; its weights are not initialized.</summary>
    /// <param name="settings">Sizes and options.</param>
    /// <param name="layer">Zero-based index of the layer.</param>
    public EncoderLayer(EncoderSettings settings, int layer) : this(settings, new SelfAttention(settings, layer)) { }

    /// <summary>Creates a layer with another kind of self-attention.</summary>
    /// <param name="settings">Sizes and options.</param>
    /// <param name="self">
    /// Computes attention without the output projection. Its result contains only the tokens that
    /// <see cref="AttentionContext.SelectQueryTokens"/> selects.
    /// </param>
    public EncoderLayer(EncoderSettings settings, Module<Tensor, AttentionContext, Tensor> self) : base("BertLayer")
    {
        ArgumentNullException.ThrowIfNull(settings);
        _attention = new SelfAttentionBlock(settings, self);
        _intermediate = new Intermediate(settings);
        _output = new ResidualOutput(settings.IntermediateSize, settings);
        RegisterComponents();
    }

    /// <summary>Computes the hidden states after the layer.</summary>
    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <returns>
    /// Float [batch, tokens, hidden], with the tokens that <see cref="AttentionContext.SelectQueryTokens"/> selects: all, or only the
    /// first.
    /// </returns>
    public override Tensor forward(Tensor x, AttentionContext context)
    {
        using var scope = NewDisposeScope();
        var attended = _attention.call(x, context);
        return _output.call(_intermediate.call(attended), attended).MoveToOuterDisposeScope();
    }

    /// <summary>Self-attention and its output projection (<c>BertAttention</c>).</summary>
    private sealed class SelfAttentionBlock : Module<Tensor, AttentionContext, Tensor>
    {
        [ComponentName(Name = "self")] private readonly Module<Tensor, AttentionContext, Tensor> _self;
        [ComponentName(Name = "output")] private readonly Module<Tensor, Tensor, Tensor> _output;

        internal SelfAttentionBlock(EncoderSettings settings, Module<Tensor, AttentionContext, Tensor> self) : base("BertAttention")
        {
            _self = self;
            _output = new ResidualOutput(settings.HiddenSize, settings);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, AttentionContext context)
        {
            using var scope = NewDisposeScope();
            return _output.call(_self.call(x, context), context.SelectQueryTokens(x)).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Bidirectional self-attention (<c>BertSelfAttention</c>).</summary>
    private sealed class SelfAttention : Module<Tensor, AttentionContext, Tensor>, IFirstTokenAware
    {
        [ComponentName(Name = "query")] private readonly Module<Tensor, Tensor> _query;
        [ComponentName(Name = "key")] private readonly Module<Tensor, Tensor> _key;
        [ComponentName(Name = "value")] private readonly Module<Tensor, Tensor> _value;
        private readonly MultiHeadAttention _heads;

        internal SelfAttention(EncoderSettings settings, int layer) : base("BertSelfAttention")
        {
            ArgumentNullException.ThrowIfNull(settings);
            _query = new Linear(settings.HiddenSize, settings.HiddenSize);
            _key = new Linear(settings.HiddenSize, settings.HiddenSize);
            _value = new Linear(settings.HiddenSize, settings.HiddenSize);
            _heads = new MultiHeadAttention { Heads = settings.Heads, Dropout = settings.AttentionDropout, Layer = layer };
            RegisterComponents();
        }

        public bool CanComputeFirstTokenOnly(Tensor x) => _heads.CanComputeFirstTokenOnly(x, training);

        public override Tensor forward(Tensor x, AttentionContext context) =>
            _heads.Apply(_query.call(context.SelectQueryTokens(x)), _key.call(x), _value.call(x), context, training);
    }

    /// <summary>The first half of the feed-forward layer (<c>BertIntermediate</c>).</summary>
    private sealed class Intermediate : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
        private readonly Func<Tensor, Tensor> _activation;

        internal Intermediate(EncoderSettings settings) : base("BertIntermediate")
        {
            _dense = new Linear(settings.HiddenSize, settings.IntermediateSize);
            _activation = ActivationFunctions.Get(settings.Activation);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return _activation(_dense.call(x)).MoveToOuterDisposeScope();
        }
    }

    /// <summary>
    /// A linear layer, dropout, a residual connection and layer normalization (<c>BertSelfOutput</c> and <c>BertOutput</c>, which differ
    /// only in width).
    /// </summary>
    private sealed class ResidualOutput : Module<Tensor, Tensor, Tensor>
    {
        [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
        [ComponentName(Name = "LayerNorm")] private readonly Module<Tensor, Tensor> _norm;
        [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;

        internal ResidualOutput(int width, EncoderSettings settings) : base("BertOutput")
        {
            _dense = new Linear(width, settings.HiddenSize);
            _norm = new LayerNorm(settings.HiddenSize, settings.LayerNormEpsilon);
            _dropout = new Dropout(settings.HiddenDropout);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, Tensor residual)
        {
            using var scope = NewDisposeScope();
            return _norm.call(_dropout.call(_dense.call(x)) + residual).MoveToOuterDisposeScope();
        }
    }
}
