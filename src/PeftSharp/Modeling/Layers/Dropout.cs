using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Zeroes each element with a probability while training and scales the rest up; the input itself otherwise.</summary>
internal sealed class Dropout : Module<Tensor, Tensor>
{
    private readonly double _probability;

    internal Dropout(double probability) : base(nameof(Dropout))
    {
        _probability = probability;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => training && _probability > 0 ? FastDropout.Apply(x, _probability) : x.alias();
}
