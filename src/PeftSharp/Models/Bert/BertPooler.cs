using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>A whole text as one vector: the first token's hidden state through a dense layer and tanh.</summary>
internal sealed class BertPooler : Module<Tensor, Tensor>
{
    [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;

    internal BertPooler(BertConfig config) : base(nameof(BertPooler))
    {
        _dense = new Linear(config.HiddenSize, config.HiddenSize);
        RegisterComponents();
    }

    /// <param name="states">Float [batch, tokens, hidden].</param>
    /// <returns>Float [batch, hidden].</returns>
    public override Tensor forward(Tensor states)
    {
        using var scope = NewDisposeScope();
        return _dense.call(states.select(1, 0)).tanh().MoveToOuterDisposeScope();
    }
}
