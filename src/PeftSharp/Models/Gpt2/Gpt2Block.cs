using PeftSharp.Modeling;
using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Gpt2;

/// <summary>Attention, then a feed-forward layer, each behind a norm and added to what came in.</summary>
internal sealed class Gpt2Block : Module<Tensor, Tensor?, KeyValueCache?, Tensor>
{
    [ComponentName(Name = "ln_1")] private readonly Module<Tensor, Tensor> _attentionNorm;
    [ComponentName(Name = "attn")] private readonly Gpt2Attention _attention;
    [ComponentName(Name = "ln_2")] private readonly Module<Tensor, Tensor> _feedForwardNorm;
    [ComponentName(Name = "mlp")] private readonly Module<Tensor, Tensor> _feedForward;

    internal Gpt2Block(Gpt2Config config, int layer) : base(nameof(Gpt2Block))
    {
        _attentionNorm = new LayerNorm(config.NEmbd, config.LayerNormEpsilon);
        _attention = new Gpt2Attention(config, layer);
        _feedForwardNorm = new LayerNorm(config.NEmbd, config.LayerNormEpsilon);
        _feedForward = new Gpt2Mlp(config);
        RegisterComponents();
    }

    /// <param name="x">Hidden states, float [batch, tokens, hidden].</param>
    /// <param name="mask">As for <see cref="Gpt2Attention"/>.</param>
    /// <param name="cache">As for <see cref="Gpt2Attention"/>.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x, Tensor? mask, KeyValueCache? cache)
    {
        using var scope = NewDisposeScope();
        var attended = _attention.call(_attentionNorm.call(x), mask, cache) + x;
        return (attended + _feedForward.call(_feedForwardNorm.call(attended))).MoveToOuterDisposeScope();
    }
}
