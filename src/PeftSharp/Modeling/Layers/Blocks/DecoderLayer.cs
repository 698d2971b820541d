using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A layer of LLaMA and similar models: RMS normalization and causal self-attention with rotary embeddings, then RMS normalization and
/// a gated feed-forward layer, each with a residual connection.
/// </summary>
/// <remarks>
/// <para>Touvron et al. 2023, arXiv:2302.13971. Parameter names are those of transformers' <c>LlamaDecoderLayer</c>.</para>
/// <para>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</para>
/// </remarks>
public sealed class DecoderLayer : Module<Tensor, AttentionContext, Tensor>
{
    [ComponentName(Name = "self_attn")] private readonly Module<Tensor, AttentionContext, Tensor> _attention;
    [ComponentName(Name = "mlp")] private readonly Module<Tensor, Tensor> _feedForward;
    [ComponentName(Name = "input_layernorm")] private readonly Module<Tensor, Tensor> _attentionNorm;
    [ComponentName(Name = "post_attention_layernorm")] private readonly Module<Tensor, Tensor> _feedForwardNorm;

    /// <param name="settings">Sizes and options.</param>
    /// <param name="layer">Zero-based index of the layer.</param>
    /// <param name="window">Sliding window of the layer's attention, in tokens. Null: none.</param>
    public DecoderLayer(DecoderSettings settings, int layer, int? window = null) : base("DecoderLayer")
    {
        ArgumentNullException.ThrowIfNull(settings);
        _attention = new SelfAttention(settings, layer, window);
        _feedForward = new GatedFeedForward(
            settings.HiddenSize, settings.IntermediateSize, settings.Activation, settings.HasFeedForwardBias);
        _attentionNorm = new RmsNorm(settings.HiddenSize, settings.RmsNormEpsilon);
        _feedForwardNorm = new RmsNorm(settings.HiddenSize, settings.RmsNormEpsilon);
        RegisterComponents();
    }

    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <returns>Hidden states of the same shape.</returns>
    public override Tensor forward(Tensor x, AttentionContext context)
    {
        using var scope = NewDisposeScope();
        var attended = x + _attention.call(_attentionNorm.call(x), context);
        return (attended + _feedForward.call(_feedForwardNorm.call(attended))).MoveToOuterDisposeScope();
    }

    /// <summary>Causal self-attention with separate projections (<c>LlamaAttention</c>).</summary>
    private sealed class SelfAttention : Module<Tensor, AttentionContext, Tensor>
    {
        [ComponentName(Name = "q_proj")] private readonly Module<Tensor, Tensor> _query;
        [ComponentName(Name = "k_proj")] private readonly Module<Tensor, Tensor> _key;
        [ComponentName(Name = "v_proj")] private readonly Module<Tensor, Tensor> _value;
        [ComponentName(Name = "o_proj")] private readonly Module<Tensor, Tensor> _output;
        [ComponentName(Name = "q_norm")] private readonly Module<Tensor, Tensor>? _queryNorm;
        [ComponentName(Name = "k_norm")] private readonly Module<Tensor, Tensor>? _keyNorm;
        private readonly MultiHeadAttention _heads;

        internal SelfAttention(DecoderSettings settings, int layer, int? window) : base("SelfAttention")
        {
            _query = new Linear(settings.HiddenSize, settings.Heads * settings.HeadWidth, settings.HasQueryKeyValueBias);
            _key = new Linear(settings.HiddenSize, settings.KeyValueHeads * settings.HeadWidth, settings.HasQueryKeyValueBias);
            _value = new Linear(settings.HiddenSize, settings.KeyValueHeads * settings.HeadWidth, settings.HasQueryKeyValueBias);
            _output = new Linear(settings.Heads * settings.HeadWidth, settings.HiddenSize, settings.HasOutputBias);
            if (settings.HasQueryKeyNorm)
            {
                _queryNorm = new RmsNorm(settings.HeadWidth, settings.RmsNormEpsilon);
                _keyNorm = new RmsNorm(settings.HeadWidth, settings.RmsNormEpsilon);
            }
            _heads = new MultiHeadAttention
            {
                Heads = settings.Heads,
                KeyValueHeads = settings.KeyValueHeads,
                Layer = layer,
                Dropout = settings.AttentionDropout,
                Window = window,
                Rotary = settings.Rotary,
            };
            RegisterComponents();
        }

        public override Tensor forward(Tensor x, AttentionContext context)
        {
            using var scope = NewDisposeScope();
            var query = MultiHeadAttention.SplitHeads(_query.call(x), _heads.Heads);
            var (key, value) = (Split(_key), Split(_value));
            if (_queryNorm is not null && _keyNorm is not null) (query, key) = (_queryNorm.call(query), _keyNorm.call(key));
            return _output.call(_heads.ApplyToHeads(query, key, value, context, training)).MoveToOuterDisposeScope();

            Tensor Split(Module<Tensor, Tensor> projection) =>
                MultiHeadAttention.SplitHeads(projection.call(x), _heads.KeyValueHeads!.Value);
        }
    }
}
