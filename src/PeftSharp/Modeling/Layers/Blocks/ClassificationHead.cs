using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// A head that classifies a sequence from the hidden state of one token: two linear layers with an activation function between them, each
/// after dropout. The parameters have the names of transformers' <c>RobertaClassificationHead</c>.
/// </summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</remarks>
internal sealed class ClassificationHead : Module<Tensor, Tensor>
{
    [ComponentName(Name = "dense")] private readonly Module<Tensor, Tensor> _dense;
    [ComponentName(Name = "dropout")] private readonly Module<Tensor, Tensor> _dropout;
    [ComponentName(Name = "out_proj")] private readonly Module<Tensor, Tensor> _scores;
    private readonly Func<Tensor, Tensor> _activation;

    /// <param name="width">Width of the hidden states.</param>
    /// <param name="labels">Number of classes.</param>
    /// <param name="dropout">Dropout probability in training.</param>
    /// <param name="activation">The activation function, by its name in transformers.</param>
    internal ClassificationHead(int width, int labels, double dropout, string activation) : base(nameof(ClassificationHead))
    {
        _dense = new Linear(width, width);
        _dropout = new Dropout(dropout);
        _scores = new Linear(width, labels);
        _activation = ActivationFunctions.Get(activation);
        RegisterComponents();
    }

    /// <param name="x">Float [batch, width].</param>
    /// <returns>Float [batch, labels].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return _scores.call(_dropout.call(_activation(_dense.call(_dropout.call(x))))).MoveToOuterDisposeScope();
    }
}
