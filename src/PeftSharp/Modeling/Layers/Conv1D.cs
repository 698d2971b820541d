using PeftSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>y = x·W + b: a linear layer whose weight is stored transposed (transformers' <c>Conv1D</c>; not a convolution).</summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</remarks>
public sealed class Conv1D : Module<Tensor, Tensor>, IParameterInitializer, IHasWeight
{
    [ComponentName(Name = "weight")] private readonly Parameter _weight;
    [ComponentName(Name = "bias")] private readonly Parameter _bias;
    private readonly double _initialScale;

    /// <summary>Creates a layer; its weights are not initialized.</summary>
    /// <param name="inFeatures">Width of the input.</param>
    /// <param name="outFeatures">Width of the output.</param>
    /// <param name="initialScale">Factor of the standard deviation of an initialized weight. Default 1.</param>
    public Conv1D(long inFeatures, long outFeatures, double initialScale = 1) : base(nameof(Conv1D))
    {
        _weight = new Parameter(empty(inFeatures, outFeatures));
        _bias = new Parameter(empty(outFeatures));
        _initialScale = initialScale;
        RegisterComponents();
    }

    /// <summary>W, float [inFeatures, outFeatures].</summary>
    internal Parameter Weight => _weight;

    /// <summary>b, float [outFeatures].</summary>
    internal Parameter Bias => _bias;

    Tensor IHasWeight.Weight => _weight;

    /// <summary>Whether a hook is registered. Hooks run only in <c>call</c>.</summary>
    internal bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    /// <summary>Computes x·W + b.</summary>
    /// <param name="x">Float [..., inFeatures].</param>
    /// <returns>Float [..., outFeatures].</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (input, weight, bias) = (ComputePrecision.Of(x), ComputePrecision.OfWeight(_weight), ComputePrecision.OfWeight(_bias));
        if (SkinnyGemm.CanRun(input, weight, bias, isTransposed: true))
            return SkinnyGemm.Apply(input, weight, bias, isTransposed: true).MoveToOuterDisposeScope();
        if (FastLinear.CanRun(input, weight, bias, isTransposed: true))
            return FastLinear.Apply(input, weight, bias, isTransposed: true).MoveToOuterDisposeScope();
        long[] shape = [.. x.shape[..^1], weight.shape[1]];
        return addmm(bias, input.reshape(-1, weight.shape[0]), weight, beta: 1, alpha: 1).reshape(shape).MoveToOuterDisposeScope();
    }

    void IParameterInitializer.Initialize(string parameter, double standardDeviation)
    {
        if (parameter == "weight") init.normal_(_weight, 0, standardDeviation * _initialScale);
        else init.zeros_(_bias);
    }
}
