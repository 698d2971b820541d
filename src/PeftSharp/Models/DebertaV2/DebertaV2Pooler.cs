using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Linear = PeftSharp.Modeling.Layers.Linear;      // not TorchSharp's function of the same name

namespace PeftSharp.Models.DebertaV2;

/// <summary>Dropout, a linear layer and an activation for the first token (transformers' <c>ContextPooler</c>).</summary>
internal sealed class DebertaV2Pooler : Module<Tensor, Tensor>
{
    [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    private readonly Func<Tensor, Tensor> _activation;

    internal DebertaV2Pooler(DebertaV2Config config) : base("ContextPooler")
    {
        _dense = new Linear(config.HiddenSize, config.HiddenSize);
        _dropout = new Dropout(config.PoolerDropout);
        _activation = ActivationFunctions.Get(config.PoolerHiddenAct);
        RegisterComponents();
    }

    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <returns>Float [batch, hidden].</returns>
    public override Tensor forward(Tensor states)
    {
        using var scope = NewDisposeScope();
        return _activation(_dense.call(_dropout.call(states.select(1, 0)))).MoveToOuterDisposeScope();
    }
}
