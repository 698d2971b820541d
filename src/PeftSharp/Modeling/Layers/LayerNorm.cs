using PeftSharp.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Layer normalization over the last axis (Ba et al. 2016, arXiv:1607.06450).</summary>
/// <remarks>Thread safety: several threads can call one instance at once, while no thread changes its parameters.</remarks>
public sealed class LayerNorm : Module<Tensor, Tensor>, IParameterInitializer, IExemptFromWeightDecay
{
    [ComponentName(Name = "weight")] private readonly Parameter _gain;
    [ComponentName(Name = "bias")] private readonly Parameter? _shift;
    private readonly long[] _width;
    private readonly double _epsilon;

    /// <summary>Creates a layer; its weights are not initialized.</summary>
    /// <param name="width">Width of the last axis.</param>
    /// <param name="epsilon">Epsilon added to the variance.</param>
    /// <param name="hasBias">Whether a bias is added. Default true.</param>
    public LayerNorm(long width, double epsilon, bool hasBias = true) : base(nameof(LayerNorm))
    {
        (_width, _epsilon) = ([width], epsilon);
        _gain = new Parameter(empty(width));
        if (hasBias) _shift = new Parameter(empty(width));
        RegisterComponents();
    }

    /// <summary>Whether a hook is registered. Hooks run only in <c>call</c>.</summary>
    internal bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    /// <summary>Describes the layer for generation; returns false if its kernels cannot compute it.</summary>
    internal bool TryDescribe(ScalarType type, out StepNorm norm) =>
        StepNorm.TryDescribe(_gain, _shift, _epsilon, hasUnitOffset: false, type, out norm) && !HasHooks;

    /// <summary>Normalizes the last axis.</summary>
    /// <param name="x">Float [..., width].</param>
    /// <returns>Same shape as <paramref name="x"/>.</returns>
    public override Tensor forward(Tensor x)
    {
        // libtorch's kernel for the CPU accepts bfloat16 states with float32 weights; the kernel for CUDA requires one type.
        if (x.dtype == _gain.dtype || x.device_type == TorchSharp.DeviceType.CPU)
            return functional.layer_norm(x, _width, _gain, _shift, _epsilon);
        using var wide = x.to(_gain.dtype);
        using var normalized = functional.layer_norm(wide, _width, _gain, _shift, _epsilon);
        return normalized.to(x.dtype);
    }

    void IParameterInitializer.Initialize(string parameter, double standardDeviation)
    {
        if (parameter == "weight") init.ones_(_gain);
        else init.zeros_(_shift!);
    }
}
