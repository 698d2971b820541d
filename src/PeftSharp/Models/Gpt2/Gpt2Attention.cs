using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Gpt2;

/// <summary>Causal self-attention: one fused projection, then every token attends to itself and the past.</summary>
/// <remarks>Radford et al. 2019, section 2.3. Parameter names are those of transformers' <c>GPT2Attention</c>.</remarks>
internal sealed class Gpt2Attention : Module<Tensor, Tensor?, KeyValueCache?, Tensor>
{
    [ComponentName(Name = "c_attn")] private readonly Module<Tensor, Tensor> _qkv;
    [ComponentName(Name = "c_proj")] private readonly Module<Tensor, Tensor> _output;
    [ComponentName(Name = "resid_dropout")] private readonly Module<Tensor, Tensor> _outputDropout;
    private readonly int _layer;
    private readonly int _heads;
    private readonly double _dropout;
    private readonly double _queryScale;
    private readonly bool _inFloat32;

    internal Gpt2Attention(Gpt2Config config, int layer) : base(nameof(Gpt2Attention))
    {
        _qkv = new Conv1D(config.NEmbd, 3 * config.NEmbd);
        _output = new Conv1D(config.NEmbd, config.NEmbd, initialScale: 1 / Math.Sqrt(2 * config.NLayer));
        _outputDropout = new Dropout(config.ResidPdrop);
        (_layer, _heads, _dropout, _inFloat32) = (layer, config.NHead, config.AttnPdrop, config.ReorderAndUpcastAttn);
        _queryScale = (config.ScaleAttnWeights ? 1 : Math.Sqrt(config.NEmbd / config.NHead)) / (config.ScaleAttnByInverseLayerIdx ? layer + 1 : 1);
        RegisterComponents();
    }

    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="mask">Added to the scores, float [batch, 1, tokens, past + tokens]: 0 keeps, -inf hides. Null: causal.</param>
    /// <param name="cache">Keys and values of the past, to which this layer's are added; null where there is none.</param>
    /// <returns>Float [batch, tokens, hidden].</returns>
    public override Tensor forward(Tensor x, Tensor? mask, KeyValueCache? cache)
    {
        using var scope = NewDisposeScope();
        var parts = _qkv.call(x).unflatten(2, 3, _heads, -1).permute(2, 0, 3, 1, 4).unbind(0);        // three of [batch, heads, tokens, width]
        var (query, key, value) = (parts[0], parts[1], parts[2]);
        if (cache is not null) (key, value) = cache.Update(_layer, key, value);
        if (_queryScale != 1) query = query * _queryScale;       // libtorch divides by the root of the width; this is what is left of the scale
        if (_inFloat32) (query, key, value, mask) = (query.@float(), key.@float(), value.@float(), mask?.@float());
        var mixed = Attention.Apply(query, key, value, mask, training ? _dropout : 0.0, isCausal: mask is null && x.shape[1] > 1);
        return _outputDropout.call(_output.call(MergeHeads(mixed.to(x.dtype)))).MoveToOuterDisposeScope();
    }

    private static Tensor MergeHeads(Tensor x) => x.transpose(1, 2).flatten(2);          // [batch, tokens, hidden]
}
