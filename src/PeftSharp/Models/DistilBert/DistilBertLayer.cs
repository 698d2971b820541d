using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.DistilBert;

/// <summary>
/// A layer of DistilBERT: self-attention, then a feed-forward layer, each followed by a residual connection and layer normalization. Unlike
/// BERT's, the attention has no dropout after its output projection.
/// </summary>
/// <remarks>The parameters have the names of transformers' <c>TransformerBlock</c>.</remarks>
internal sealed class DistilBertLayer : Module<Tensor, AttentionContext, Tensor>
{
    [ComponentName(Name = "attention")] private readonly Module<Tensor, AttentionContext, Tensor> _attention;
    [ComponentName(Name = "sa_layer_norm")] private readonly Module<Tensor, Tensor> _attentionNorm;
    [ComponentName(Name = "ffn")] private readonly Module<Tensor, Tensor> _feedForward;
    [ComponentName(Name = "output_layer_norm")] private readonly Module<Tensor, Tensor> _outputNorm;

    internal DistilBertLayer(DistilBertConfig config, int layer) : base("TransformerBlock")
    {
        _attention = new SelfAttention(config, layer);
        _attentionNorm = new LayerNorm(config.Dim, DistilBertConfig.LayerNormEpsilon);
        _feedForward = new FeedForward(config);
        _outputNorm = new LayerNorm(config.Dim, DistilBertConfig.LayerNormEpsilon);
        RegisterComponents();
    }

    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <returns>Same shape as <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x, AttentionContext context)
    {
        using var scope = NewDisposeScope();
        var attended = _attentionNorm.call(_attention.call(x, context) + context.SelectQueryTokens(x));
        return _outputNorm.call(_feedForward.call(attended) + attended).MoveToOuterDisposeScope();
    }

    /// <summary>Bidirectional self-attention (<c>DistilBertSelfAttention</c>).</summary>
    private sealed class SelfAttention : Module<Tensor, AttentionContext, Tensor>, IFirstTokenAware
    {
        [ComponentName(Name = "q_lin")] private readonly Module<Tensor, Tensor> _query;
        [ComponentName(Name = "k_lin")] private readonly Module<Tensor, Tensor> _key;
        [ComponentName(Name = "v_lin")] private readonly Module<Tensor, Tensor> _value;
        [ComponentName(Name = "out_lin")] private readonly Module<Tensor, Tensor> _output;
        private readonly MultiHeadAttention _heads;

        internal SelfAttention(DistilBertConfig config, int layer) : base("DistilBertSelfAttention")
        {
            _query = new Linear(config.Dim, config.Dim);
            _key = new Linear(config.Dim, config.Dim);
            _value = new Linear(config.Dim, config.Dim);
            _output = new Linear(config.Dim, config.Dim);
            _heads = new MultiHeadAttention { Heads = config.NHeads, Dropout = config.AttentionDropout, Layer = layer };
            RegisterComponents();
        }

        public bool CanComputeFirstTokenOnly(Tensor x) => _heads.CanComputeFirstTokenOnly(x, training);

        public override Tensor forward(Tensor x, AttentionContext context)
        {
            using var scope = NewDisposeScope();
            var mixed = _heads.Apply(_query.call(context.SelectQueryTokens(x)), _key.call(x), _value.call(x), context, training);
            return _output.call(mixed).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The feed-forward layer (<c>FFN</c>).</summary>
    private sealed class FeedForward : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
        [ComponentName(Name = "lin1")] private readonly Module<Tensor, Tensor> _in;
        [ComponentName(Name = "lin2")] private readonly Module<Tensor, Tensor> _out;
        private readonly Func<Tensor, Tensor> _activation;

        internal FeedForward(DistilBertConfig config) : base("FFN")
        {
            _dropout = new Dropout(config.Dropout);
            _in = new Linear(config.Dim, config.HiddenDim);
            _out = new Linear(config.HiddenDim, config.Dim);
            _activation = ActivationFunctions.Get(config.Activation);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return _dropout.call(_out.call(_activation(_in.call(x)))).MoveToOuterDisposeScope();
        }
    }
}
