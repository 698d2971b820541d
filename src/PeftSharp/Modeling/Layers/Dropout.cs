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
    internal bool CanDropFirst(Tensor x) => !training || _probability == 0 || BernoulliMask.CanRun(x);

    /// <summary>The first token of each row as it is among <paramref name="tokens"/> of them: the random stream moves for all.</summary>
    /// <param name="x">Float [batch, 1, width].</param>
    /// <param name="tokens">Tokens of a row.</param>
    internal Tensor ApplyToFirst(Tensor x, long tokens) => training && _probability > 0 ? FastDropout.ApplyToFirst(x, tokens, _probability) : x.alias();

    public override Tensor forward(Tensor x) => training && _probability > 0 ? FastDropout.Apply(x, _probability) : x.alias();
}
