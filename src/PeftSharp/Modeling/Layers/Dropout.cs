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

    /// <summary>Whether the first token's dropout can be had alone with the numbers that it has among the others.</summary>
    internal bool CanDropFirst(Tensor x) => !training || _probability == 0 || BernoulliMask.Takes(x);

    /// <summary>The probability with which an element is zeroed now: 0 outside training.</summary>
    internal double Current => training ? _probability : 0;

    /// <summary>Dropout of rows of <paramref name="tokens"/> tokens, or of the first of each as it is among them: the random stream moves for all.</summary>
    /// <param name="x">Float [batch, tokens or 1, width].</param>
    /// <param name="tokens">Tokens of a row.</param>
    internal Tensor Of(Tensor x, long tokens) => x.shape[1] == tokens ? call(x) : Current > 0 ? FastDropout.ApplyToFirst(x, tokens, _probability) : x.alias();

    public override Tensor forward(Tensor x) => training && _probability > 0 ? FastDropout.Apply(x, _probability) : x.alias();
}
