using static TorchSharp.torch;

namespace PeftSharp.Tuners.Ia3;

/// <summary>An adapter that scales the output of a linear layer: y = l ⊙ (W·x + b).</summary>
internal sealed class OutputScaling : MergeableLayerAdapter
{
    private readonly LinearTarget _target;
    private readonly AdapterParameter _scales;        // [outputs, 1]

    internal OutputScaling(LinearTarget target, bool startsAtOne)
    {
        using var scope = NewDisposeScope();
        var scales = randn(target.OutFeatures, 1);        // drawn even if the scales are initialized to 1, as in peft
        _target = target;
        _scales = AddParameter("ia3_l", target.MoveToLayer(startsAtOne ? ones_like(scales) : scales));
    }

    public override Tensor Forward(Tensor x, Func<Tensor, Tensor> layer) => layer(x) * _scales.Value.flatten();

    public override Tensor MergeWeight(Tensor weight, Tensor original) => weight * _target.TransposeIfNeeded(_scales.Value);

    public override Tensor? MergeBias(Tensor? bias) => bias is null ? null : bias * _scales.Value.flatten();
}
