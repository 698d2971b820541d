using static TorchSharp.torch;

namespace PeftSharp.Tuners.Ia3;

/// <summary>An adapter that scales the input of a linear layer: y = W·(l ⊙ x) + b.</summary>
internal sealed class InputScaling : MergeableLayerAdapter
{
    private readonly LinearTarget _target;
    private readonly AdapterParameter _scales;        // [1, inputs]

    internal InputScaling(LinearTarget target, bool startsAtOne)
    {
        using var scope = NewDisposeScope();
        var scales = randn(1, target.InFeatures);         // drawn even if the scales are initialized to 1, as in peft
        _target = target;
        _scales = AddParameter("ia3_l", target.MoveToLayer(startsAtOne ? ones_like(scales) : scales));
    }

    public override Tensor Forward(Tensor x, Func<Tensor, Tensor> layer) => layer((x * _scales.Value.flatten()).to(x.dtype));

    public override Tensor MergeWeight(Tensor weight, Tensor original) => weight * _target.TransposeIfNeeded(_scales.Value);
}
