using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A layer of LLaMA and similar models: RMS normalization and causal self-attention with rotary embeddings, then RMS normalization and
/// a gated feed-forward layer, each with a residual connection.
/// </summary>
/// <remarks>
/// <para>
/// Touvron et al. 2023, arXiv:2302.13971. The parameters have the names of transformers' <c>LlamaDecoderLayer</c>; with fused
/// projections, the names of <c>Phi3DecoderLayer</c>; with normalized queries and keys, the names of <c>Qwen3DecoderLayer</c>; with
/// normalized outputs, the names of <c>Gemma3DecoderLayer</c>.
/// </para>
/// <para>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</para>
/// </remarks>
public sealed class DecoderLayer : Module<Tensor, AttentionContext, Tensor>, IStepLayer
{
    [ComponentName(Name = "self_attn")] private readonly Module<Tensor, AttentionContext, Tensor> _attention;
    [ComponentName(Name = "mlp")] private readonly Module<Tensor, Tensor> _feedForward;
    [ComponentName(Name = "input_layernorm")] private readonly Module<Tensor, Tensor> _attentionNorm;
    [ComponentName(Name = "post_attention_layernorm")] private readonly Module<Tensor, Tensor> _secondNorm;
    [ComponentName(Name = "pre_feedforward_layernorm")] private readonly Module<Tensor, Tensor>? _feedForwardNorm;
    [ComponentName(Name = "post_feedforward_layernorm")] private readonly Module<Tensor, Tensor>? _lastNorm;
    [ComponentName(Name = "resid_attn_dropout")] private readonly Module<Tensor, Tensor>? _attentionDropout;
    [ComponentName(Name = "resid_mlp_dropout")] private readonly Module<Tensor, Tensor>? _feedForwardDropout;

    /// <summary>Creates a layer; its weights are not initialized.</summary>
    /// <param name="settings">Sizes and options.</param>
    /// <param name="layer">Zero-based index of the layer.</param>
    /// <param name="window">Sliding window of the layer's attention, in tokens. Null: none.</param>
    public DecoderLayer(DecoderSettings settings, int layer, int? window = null) : base("DecoderLayer")
    {
        ArgumentNullException.ThrowIfNull(settings);
        _attention = new DecoderAttention(settings, layer, window);
        _feedForward = new GatedFeedForward(
            settings.HiddenSize, settings.IntermediateSize, settings.Activation, settings.HasFeedForwardBias, settings.HasFusedProjections);
        (_attentionNorm, _secondNorm) = (Norm(), Norm());
        if (settings.HasOutputNorms) (_feedForwardNorm, _lastNorm) = (Norm(), Norm());
        if (settings.ResidualDropout is { } probability)
            (_attentionDropout, _feedForwardDropout) = (new Dropout(probability), new Dropout(probability));
        RegisterComponents();

        RmsNorm Norm() => new(settings.HiddenSize, settings.RmsNormEpsilon, settings.HasUnitOffsetNorms);
    }

    private bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    bool IStepLayer.TryDescribe(StepParts parts, out StepLayer step, out MultiHeadAttention heads)
    {
        (step, heads) = (default, null!);
        return !HasHooks && _attention is DecoderAttention attention && attention.TryDescribe(parts, ref step, out heads)
            && _feedForward is GatedFeedForward feedForward && feedForward.TryDescribe(parts, ref step)
            && StepParts.IsIdentity(_attentionDropout) && StepParts.IsIdentity(_feedForwardDropout)
            && parts.TryDescribe(_attentionNorm, out step.AttentionNorm)
            && parts.TryDescribe(_feedForwardNorm ?? _secondNorm, out step.FeedForwardNorm)
            && parts.TryDescribe(_feedForwardNorm is null ? null : _secondNorm, out step.AttentionOutputNorm)
            && parts.TryDescribe(_lastNorm, out step.FeedForwardOutputNorm);
    }

    /// <summary>Computes the hidden states after the layer.</summary>
    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="context">The context of the forward pass.</param>
    /// <returns>Hidden states of the same shape.</returns>
    public override Tensor forward(Tensor x, AttentionContext context)
    {
        using var scope = NewDisposeScope();
        var attended = _attention.call(_attentionNorm.call(x), context);
        // Gemma 3 gives the name post_attention_layernorm to the norm of attention's output, LLaMA to the norm of the feed-forward input.
        if (_feedForwardNorm is not null) attended = _secondNorm.call(attended);
        if (_attentionDropout is not null) attended = _attentionDropout.call(attended);
        attended = x + attended;
        var fed = _feedForward.call((_feedForwardNorm ?? _secondNorm).call(attended));
        if (_lastNorm is not null) fed = _lastNorm.call(fed);
        if (_feedForwardDropout is not null) fed = _feedForwardDropout.call(fed);
        return (attended + fed).MoveToOuterDisposeScope();
    }
}
