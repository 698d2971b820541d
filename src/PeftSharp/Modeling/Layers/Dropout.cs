using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Zeroes each element with a probability in training and scales the others by 1 / (1 - probability); the input itself otherwise.</summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</remarks>
public sealed class Dropout : Module<Tensor, Tensor>, IFirstTokenAware
{
    [ThreadStatic] private static long _drawnTokens;
    private readonly double _probability;

    /// <param name="probability">Probability of zeroing an element, at least 0 and less than 1.</param>
    public Dropout(double probability) : base(nameof(Dropout))
    {
        _probability = probability;
        RegisterComponents();
    }

    /// <summary>Until the result is disposed, dropout of a single token draws for <paramref name="tokens"/> of them, of which it is the first.</summary>
    internal static IDisposable DrawFor(long tokens)
    {
        _drawnTokens = tokens;
        return new DrawScope();
    }

    bool IFirstTokenAware.CanComputeFirstTokenOnly(Tensor x) => !training || _probability == 0 || BernoulliMask.CanRun(x);

    /// <param name="x">Float, any shape.</param>
    /// <returns>As <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        if (!training || _probability == 0) return x.alias();
        return _drawnTokens > 0 && x.dim() == 3 && x.shape[1] == 1 ? FastDropout.ApplyToFirst(x, _drawnTokens, _probability) : FastDropout.Apply(x, _probability);
    }

    private sealed class DrawScope : IDisposable
    {
        public void Dispose() => _drawnTokens = 0;
    }
}
