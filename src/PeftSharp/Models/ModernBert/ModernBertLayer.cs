using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.ModernBert;

/// <summary>
/// A layer of ModernBERT: layer normalization and self-attention, then layer normalization and a gated feed-forward layer, each with a
/// residual connection. The first layer has no normalization before attention, because the embeddings are normalized.
/// </summary>
/// <remarks>The parameters have the names of transformers' <c>ModernBertEncoderLayer</c>.</remarks>
internal sealed class ModernBertLayer : Module<Tensor, AttentionContext, Tensor>
{
    [ComponentName(Name = "attn_norm")] private readonly Module<Tensor, Tensor>? _attentionNorm;
    [ComponentName(Name = "attn")] private readonly Module<Tensor, AttentionContext, Tensor> _attention;
    [ComponentName(Name = "mlp_norm")] private readonly Module<Tensor, Tensor> _feedForwardNorm;
    [ComponentName(Name = "mlp")] private readonly Module<Tensor, Tensor> _feedForward;

    /// <param name="config">The configuration.</param>
    /// <param name="layer">Zero-based index of the layer.</param>
    /// <param name="rotary">The rotary embedding, which layers of the same type share.</param>
    internal ModernBertLayer(ModernBertConfig config, int layer, RotaryEmbedding rotary) : base("ModernBertEncoderLayer")
    {
        if (layer > 0) _attentionNorm = new LayerNorm(config.HiddenSize, config.NormEps, config.NormBias);
        _attention = new SelfAttention(config, layer, rotary);
        _feedForwardNorm = new LayerNorm(config.HiddenSize, config.NormEps, config.NormBias);
        _feedForward = new FeedForward(config);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, AttentionContext context)
    {
        using var scope = NewDisposeScope();
        var attended = context.SelectQueryTokens(x) + _attention.call(_attentionNorm?.call(x) ?? x, context);
        return (attended + _feedForward.call(_feedForwardNorm.call(attended))).MoveToOuterDisposeScope();
    }

    /// <summary>Bidirectional self-attention with one projection to queries, keys and values (<c>ModernBertAttention</c>).</summary>
    private sealed class SelfAttention : Module<Tensor, AttentionContext, Tensor>, IFirstTokenAware, IChildInitializer
    {
        [ComponentName(Name = "Wqkv")] private readonly Module<Tensor, Tensor> _projections;
        [ComponentName(Name = "Wo")] private readonly Module<Tensor, Tensor> _output;
        [ComponentName(Name = "out_drop")] private readonly Module<Tensor, Tensor> _dropout;
        private readonly MultiHeadAttention _heads;
        private readonly ModernBertInitialization _initial;

        internal SelfAttention(ModernBertConfig config, int layer, RotaryEmbedding rotary) : base("ModernBertAttention")
        {
            _projections = new Linear(config.HiddenSize, 3 * config.HiddenSize, config.AttentionBias);
            _output = new Linear(config.HiddenSize, config.HiddenSize, config.AttentionBias);
            _dropout = new Dropout(config.AttentionDropout);
            _initial = new ModernBertInitialization(config);
            _heads = new MultiHeadAttention
            {
                Heads = config.NumAttentionHeads,
                Dropout = config.AttentionDropout,
                Layer = layer,
                Window = config.IsLocal(layer) ? config.LocalAttention / 2 + 1 : null,         // includes the token itself
                Rotary = rotary,
            };
            RegisterComponents();
        }

        public bool CanComputeFirstTokenOnly(Tensor x) => _heads.CanComputeFirstTokenOnly(x, training);

        public override Tensor forward(Tensor x, AttentionContext context)
        {
            using var scope = NewDisposeScope();
            var parts = _projections.call(x).chunk(3, dim: -1);
            var mixed = _heads.Apply(context.SelectQueryTokens(parts[0]), parts[1], parts[2], context, training);
            return _dropout.call(_output.call(mixed)).MoveToOuterDisposeScope();
        }

        public void InitializeChild(Module child, string name)
        {
            if (name == "Wqkv.weight") _initial.Fill(child, _initial.In);
            if (name == "Wo.weight") _initial.Fill(child, _initial.Out);
        }
    }

    /// <summary>The feed-forward layer with a gate; one projection computes both halves (<c>ModernBertMLP</c>).</summary>
    private sealed class FeedForward : Module<Tensor, Tensor>, IChildInitializer
    {
        [ComponentName(Name = "Wi")] private readonly Module<Tensor, Tensor> _in;
        [ComponentName(Name = "drop")] private readonly Module<Tensor, Tensor> _dropout;
        [ComponentName(Name = "Wo")] private readonly Module<Tensor, Tensor> _out;
        private readonly Func<Tensor, Tensor> _product;
        private readonly ModernBertInitialization _initial;

        internal FeedForward(ModernBertConfig config) : base("ModernBertMLP")
        {
            _in = new Linear(config.HiddenSize, 2 * config.IntermediateSize, config.MlpBias);
            _dropout = new Dropout(config.MlpDropout);
            _out = new Linear(config.IntermediateSize, config.HiddenSize, config.MlpBias);
            _product = ActivationFunctions.GatedHalves(config.HiddenActivation);
            _initial = new ModernBertInitialization(config);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return _out.call(_dropout.call(_product(_in.call(x)))).MoveToOuterDisposeScope();
        }

        public void InitializeChild(Module child, string name)
        {
            if (name == "Wi.weight") _initial.Fill(child, _initial.In);
            if (name == "Wo.weight") _initial.Fill(child, _initial.Out);
        }
    }
}
