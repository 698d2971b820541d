using PeftSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>
/// Root mean square normalization over the last axis (Zhang and Sennrich 2019, arXiv:1910.07467): y = x / sqrt(mean(x²) + ε) · w.
/// The normalization is computed in float32.
/// </summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</remarks>
public sealed class RmsNorm : Module<Tensor, Tensor>, IParameterInitializer, IExemptFromWeightDecay
{
    [ComponentName(Name = "weight")] private readonly Parameter _gain;
    private readonly double _epsilon;
    private readonly bool _hasUnitOffset;

    /// <summary>Creates a layer; its weights are not initialized.</summary>
    /// <param name="width">Width of the last axis.</param>
    /// <param name="epsilon">Epsilon added to the mean square.</param>
    /// <param name="hasUnitOffset">
    /// Whether to multiply by 1 + w, with w initialized to 0, as in Gemma. Default false: multiplies by w, initialized to 1.
    /// </param>
    public RmsNorm(long width, double epsilon, bool hasUnitOffset = false) : base(nameof(RmsNorm))
    {
        (_epsilon, _hasUnitOffset) = (epsilon, hasUnitOffset);
        _gain = new Parameter(empty(width));
        RegisterComponents();
    }

    /// <summary>Whether a hook is registered. Hooks run only in <c>call</c>.</summary>
    internal bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    /// <summary>Describes the layer for generation; returns false if its kernels cannot compute it.</summary>
    internal bool TryDescribe(ScalarType type, out StepNorm norm) =>
        StepNorm.TryDescribe(_gain, null, _epsilon, _hasUnitOffset, type, out norm) && !HasHooks;

    /// <summary>Normalizes the last axis.</summary>
    /// <param name="x">Float [..., width].</param>
    /// <returns>Same shape as <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        // LLaMA multiplies in the type of the weight, Gemma in float32.
        var weight = _hasUnitOffset ? _gain : ComputePrecision.OfWeight(_gain);
        if ((_hasUnitOffset || weight.dtype == x.dtype) && FusedRmsNorm.CanRun(x, weight))
            return FusedRmsNorm.Apply(x, weight, _epsilon, _hasUnitOffset).MoveToOuterDisposeScope();
        var wide = x.to(ScalarType.Float32);
        var normalized = wide * (wide.square().mean([-1], keepdim: true) + _epsilon).rsqrt();
        var result = _hasUnitOffset
            ? (normalized * (1 + _gain.to(ScalarType.Float32))).to(x.dtype)
            : normalized.to(x.dtype) * weight;
        return result.to(x.dtype).MoveToOuterDisposeScope();
    }

    void IParameterInitializer.Initialize(string parameter, double standardDeviation)
    {
        if (_hasUnitOffset) init.zeros_(_gain);
        else init.ones_(_gain);
    }
}
