using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// In training, zeroes each element with a given probability and scales the remaining elements by 1 / (1 - probability). In evaluation
/// mode, returns the input.
/// </summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its mode.</remarks>
public sealed class Dropout : Module<Tensor, Tensor>, IFirstTokenAware
{
    [ThreadStatic] private static long _drawnTokens;
    private readonly double _probability;

    /// <summary>Creates a dropout layer.</summary>
    /// <param name="probability">Probability of zeroing an element, in [0, 1).</param>
    public Dropout(double probability) : base(nameof(Dropout))
    {
        _probability = probability;
        RegisterComponents();
    }

    /// <summary>
    /// Until the result is disposed, dropout of a single token draws the random numbers of <paramref name="tokens"/> tokens and uses those
    /// of the first.
    /// </summary>
    internal static IDisposable DrawFor(long tokens)
    {
        _drawnTokens = tokens;
        return new DrawScope();
    }

    bool IFirstTokenAware.CanComputeFirstTokenOnly(Tensor x) => !training || _probability == 0 || BernoulliMask.CanRun(x);

    /// <summary>Whether a hook is registered. Hooks run only in <c>call</c>.</summary>
    internal bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    /// <summary>Applies dropout in training; in evaluation mode, returns the input.</summary>
    /// <param name="x">Float, any shape.</param>
    /// <returns>Same shape as <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        if (!training || _probability == 0) return x.alias();
        return _drawnTokens > 0 && x.dim() == 3 && x.shape[1] == 1
            ? FastDropout.ApplyToFirst(x, _drawnTokens, _probability)
            : FastDropout.Apply(x, _probability);
    }

    private sealed class DrawScope : IDisposable
    {
        public void Dispose() => _drawnTokens = 0;
    }
}
