using PeftSharp.Modeling.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Models.Bert;

/// <summary>The widening half of the feed-forward layer.</summary>
internal sealed class BertIntermediate : Module<Tensor, Tensor>
{
    [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
    private readonly Func<Tensor, Tensor> _activation;

    internal BertIntermediate(BertConfig config) : base(nameof(BertIntermediate))
    {
        _dense = new Linear(config.HiddenSize, config.IntermediateSize);
        _activation = ActivationFunctions.ByName(config.HiddenAct);
        RegisterComponents();
    }

    internal bool CanAnswerFirstOnly => _dense is Linear;

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _activation(_dense.call(x)).MoveToOuterDisposeScope();
    }
}
