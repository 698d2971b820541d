using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// Causal self-attention of <see cref="DecoderLayer"/>, with separate projections for queries, keys and values, or with one projection for
/// all three.
/// </summary>
/// <remarks>Names and order of the parameters are those of transformers' <c>LlamaAttention</c> and <c>Phi3Attention</c>.</remarks>
internal sealed class DecoderAttention : Module<Tensor, AttentionContext, Tensor>
{
    [ComponentName(Name = "q_proj")] private readonly Module<Tensor, Tensor>? _query;
    [ComponentName(Name = "k_proj")] private readonly Module<Tensor, Tensor>? _key;
    [ComponentName(Name = "v_proj")] private readonly Module<Tensor, Tensor>? _value;
    [ComponentName(Name = "o_proj")] private readonly Module<Tensor, Tensor> _output;
    [ComponentName(Name = "qkv_proj")] private readonly Module<Tensor, Tensor>? _fused;
    [ComponentName(Name = "q_norm")] private readonly Module<Tensor, Tensor>? _queryNorm;
    [ComponentName(Name = "k_norm")] private readonly Module<Tensor, Tensor>? _keyNorm;
    private readonly MultiHeadAttention _heads;
    private readonly long[] _widths;

    internal DecoderAttention(DecoderSettings settings, int layer, int? window) : base("SelfAttention")
    {
        var (hidden, width) = (settings.HiddenSize, settings.HeadWidth);
        var (queryWidth, keyWidth) = (settings.Heads * width, settings.KeyValueHeads * width);
        _widths = [queryWidth, keyWidth, keyWidth];
        if (settings.HasFusedProjections) _fused = new Linear(hidden, queryWidth + 2 * keyWidth, settings.HasQueryKeyValueBias);
        else
        {
            _query = new Linear(hidden, queryWidth, settings.HasQueryKeyValueBias);
            _key = new Linear(hidden, keyWidth, settings.HasQueryKeyValueBias);
            _value = new Linear(hidden, keyWidth, settings.HasQueryKeyValueBias);
        }
        _output = new Linear(queryWidth, hidden, settings.HasOutputBias);
        if (settings.HasQueryKeyNorm)
        {
            _queryNorm = new RmsNorm(width, settings.RmsNormEpsilon, settings.HasUnitOffsetNorms);
            _keyNorm = new RmsNorm(width, settings.RmsNormEpsilon, settings.HasUnitOffsetNorms);
        }
        _heads = new MultiHeadAttention
        {
            Heads = settings.Heads,
            KeyValueHeads = settings.KeyValueHeads,
            Layer = layer,
            Dropout = settings.AttentionDropout,
            Scale = settings.AttentionScale,
            Window = window,
            Rotary = window is null ? settings.Rotary : settings.WindowRotary ?? settings.Rotary,
        };
        RegisterComponents();
    }

    private bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    /// <summary>Adds the projections and heads to the description of the layer.</summary>
    internal bool TryDescribe(StepParts parts, ref StepLayer step, out MultiHeadAttention heads)
    {
        heads = _heads;
        (step.Heads, step.KeyValueHeads, step.Width) = (_heads.Heads, _heads.KeyValueHeads!.Value, (int)_widths[0] / _heads.Heads);
        return !HasHooks && !training && parts.TryDescribe(_fused ?? _query, out step.Query)
            && parts.TryDescribe(_key, out step.Key) && parts.TryDescribe(_value, out step.Value)
            && parts.TryDescribe(_output, out step.Output) && parts.TryDescribe(_queryNorm, out step.QueryNorm)
            && parts.TryDescribe(_keyNorm, out step.KeyNorm);
    }

    public override Tensor forward(Tensor x, AttentionContext context)
    {
        using var scope = NewDisposeScope();
        var projected = _fused is null ? [_query!.call(x), _key!.call(x), _value!.call(x)] : _fused.call(x).split(_widths, 2);
        var query = MultiHeadAttention.SplitHeads(projected[0], _heads.Heads);
        var key = MultiHeadAttention.SplitHeads(projected[1], _heads.KeyValueHeads!.Value);
        var value = MultiHeadAttention.SplitHeads(projected[2], _heads.KeyValueHeads.Value);
        if (_queryNorm is not null && _keyNorm is not null) (query, key) = (_queryNorm.call(query), _keyNorm.call(key));
        return _output.call(_heads.ApplyToHeads(query, key, value, context, training)).MoveToOuterDisposeScope();
    }
}
