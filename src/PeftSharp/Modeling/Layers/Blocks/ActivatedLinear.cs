using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Dropout, a linear layer and an activation function, such as a pooling layer of the first token.</summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</remarks>
internal sealed class ActivatedLinear : Module<Tensor, Tensor>
{
    [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    private readonly Func<Tensor, Tensor> _activation;

    /// <param name="inputs">Width of the input.</param>
    /// <param name="outputs">Width of the output.</param>
    /// <param name="activation">The activation function, by its name in transformers.</param>
    /// <param name="dropout">Dropout of the input, in training. Default 0.</param>
    internal ActivatedLinear(int inputs, int outputs, string activation, double dropout = 0) : base(nameof(ActivatedLinear))
    {
        _dense = new Linear(inputs, outputs);
        _dropout = new Dropout(dropout);
        _activation = ActivationFunctions.Get(activation);
        RegisterComponents();
    }

    /// <param name="x">Float [..., inputs].</param>
    /// <returns>Float [..., outputs].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _activation(_dense.call(_dropout.call(x))).MoveToOuterDisposeScope();
    }
}
