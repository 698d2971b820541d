using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Gpt2;

/// <summary>The feed-forward layer: wider, an activation, narrow again.</summary>
/// <remarks>Parameter names are those of transformers' <c>GPT2MLP</c>.</remarks>
internal sealed class Gpt2Mlp : Module<Tensor, Tensor>
{
    [ComponentName(Name = "c_fc")] private readonly Module<Tensor, Tensor> _widen;
    [ComponentName(Name = "c_proj")] private readonly Module<Tensor, Tensor> _narrow;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    private readonly Func<Tensor, Tensor> _activation;

    internal Gpt2Mlp(Gpt2Config config) : base(nameof(Gpt2Mlp))
    {
        _widen = new Conv1D(config.NEmbd, config.FeedForwardWidth);
        _narrow = new Conv1D(config.FeedForwardWidth, config.NEmbd, initialScale: 1 / Math.Sqrt(2 * config.NLayer));
        _dropout = new Dropout(config.ResidPdrop);
        _activation = ActivationFunctions.ByName(config.ActivationFunction);
        RegisterComponents();
    }

    /// <param name="x">Float [batch, tokens, hidden].</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _dropout.call(_narrow.call(_activation(_widen.call(x)))).MoveToOuterDisposeScope();
    }
}
