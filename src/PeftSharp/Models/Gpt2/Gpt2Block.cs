using PeftSharp.Kernels;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Gpt2;

/// <summary>
/// A layer of GPT-2: layer normalization and causal self-attention, then layer normalization and a feed-forward layer, each with a
/// residual connection.
/// </summary>
/// <remarks>Radford et al. 2019, section 2.3. The parameters have the names of transformers' <c>GPT2Block</c>.</remarks>
internal sealed class Gpt2Block : Module<Tensor, AttentionContext, Tensor>, IStepLayer
{
    [ComponentName(Name = "ln_1")] private readonly Module<Tensor, Tensor> _attentionNorm;
    [ComponentName(Name = "attn")] private readonly Module<Tensor, AttentionContext, Tensor> _attention;
    [ComponentName(Name = "ln_2")] private readonly Module<Tensor, Tensor> _feedForwardNorm;
    [ComponentName(Name = "mlp")] private readonly Module<Tensor, Tensor> _feedForward;

    internal Gpt2Block(Gpt2Config config, int layer) : base("GPT2Block")
    {
        _attentionNorm = new LayerNorm(config.NEmbd, config.LayerNormEpsilon);
        _attention = new SelfAttention(config, layer);
        _feedForwardNorm = new LayerNorm(config.NEmbd, config.LayerNormEpsilon);
        _feedForward = new FeedForward(config);
        RegisterComponents();
    }

    private bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    bool IStepLayer.TryDescribe(StepParts parts, out StepLayer step, out MultiHeadAttention heads)
    {
        (step, heads) = (default, null!);
        return !HasHooks && _attention is SelfAttention attention && attention.TryDescribe(parts, ref step, out heads)
            && _feedForward is FeedForward feedForward && feedForward.TryDescribe(parts, ref step)
            && parts.TryDescribe(_attentionNorm, out step.AttentionNorm) && parts.TryDescribe(_feedForwardNorm, out step.FeedForwardNorm);
    }

    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <returns>Same shape as <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x, AttentionContext context)
    {
        using var scope = NewDisposeScope();
        var attended = _attention.call(_attentionNorm.call(x), context) + x;
        return (attended + _feedForward.call(_feedForwardNorm.call(attended))).MoveToOuterDisposeScope();
    }

    /// <summary>Causal self-attention with one fused projection to queries, keys and values (<c>GPT2Attention</c>).</summary>
    private sealed class SelfAttention : Module<Tensor, AttentionContext, Tensor>
    {
        [ComponentName(Name = "c_attn")] private readonly Module<Tensor, Tensor> _qkv;
        [ComponentName(Name = "c_proj")] private readonly Module<Tensor, Tensor> _output;
        [ComponentName(Name = "resid_dropout")] private readonly Module<Tensor, Tensor> _dropout;
        private readonly MultiHeadAttention _heads;

        internal SelfAttention(Gpt2Config config, int layer) : base("GPT2Attention")
        {
            _qkv = new Conv1D(config.NEmbd, 3 * config.NEmbd);
            _output = new Conv1D(config.NEmbd, config.NEmbd, initialScale: 1 / Math.Sqrt(2 * config.NLayer));
            _dropout = new Dropout(config.ResidPdrop);
            var scale = config.ScaleAttnWeights ? 1 / Math.Sqrt(config.NEmbd / config.NHead) : 1;
            if (config.ScaleAttnByInverseLayerIdx) scale /= layer + 1;
            _heads = new MultiHeadAttention
            {
                Heads = config.NHead, Layer = layer, Dropout = config.AttnPdrop, Scale = scale,
                UpcastToFloat32 = config.ReorderAndUpcastAttn,
            };
            RegisterComponents();
        }

        private bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

        internal bool TryDescribe(StepParts parts, ref StepLayer step, out MultiHeadAttention heads)
        {
            heads = _heads;
            var fits = !HasHooks && !training && StepParts.IsIdentity(_dropout) && parts.TryDescribe(_qkv, out step.Query)
                && parts.TryDescribe(_output, out step.Output);
            (step.Heads, step.KeyValueHeads, step.Width) = (_heads.Heads, _heads.Heads, step.Query.Inputs / _heads.Heads);
            return fits;
        }

        public override Tensor forward(Tensor x, AttentionContext context)
        {
            using var scope = NewDisposeScope();
            // Query, key and value, each [batch, heads, tokens, width].
            var parts = _qkv.call(x).unflatten(2, 3, _heads.Heads, -1).permute(2, 0, 3, 1, 4).unbind(0);
            var mixed = _heads.ApplyToHeads(parts[0], parts[1], parts[2], context, training);
            return _dropout.call(_output.call(mixed)).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The feed-forward layer (<c>GPT2MLP</c>).</summary>
    private sealed class FeedForward : Module<Tensor, Tensor>
    {
        [ComponentName(Name = "c_fc")] private readonly Module<Tensor, Tensor> _in;
        [ComponentName(Name = "c_proj")] private readonly Module<Tensor, Tensor> _out;
        [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
        private readonly Func<Tensor, Tensor> _activation;
        private readonly StepActivation? _stepActivation;

        internal FeedForward(Gpt2Config config) : base("GPT2MLP")
        {
            _in = new Conv1D(config.NEmbd, config.FeedForwardWidth);
            _out = new Conv1D(config.FeedForwardWidth, config.NEmbd, initialScale: 1 / Math.Sqrt(2 * config.NLayer));
            _dropout = new Dropout(config.ResidPdrop);
            _activation = ActivationFunctions.Get(config.ActivationFunction);
            _stepActivation = ActivationFunctions.OfStep(ActivationFunctions.Gated(config.ActivationFunction));
            RegisterComponents();
        }

        private bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

        internal bool TryDescribe(StepParts parts, ref StepLayer step)
        {
            if (HasHooks || !StepParts.IsIdentity(_dropout) || _stepActivation is not { } activation) return false;
            step.Activation = activation;
            return parts.TryDescribe(_in, out step.Gate) && parts.TryDescribe(_out, out step.Down);
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return _dropout.call(_out.call(_activation(_in.call(x)))).MoveToOuterDisposeScope();
        }
    }
}
