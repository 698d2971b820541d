using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Activation functions by their names in transformers (<c>ACT2FN</c>).</summary>
public static class ActivationFunctions
{
    // Ma et al. 2022, arXiv:2209.10655; rounded as in transformers.
    private const double LaplaceMean = 0.707107, LaplaceDeviation = 0.282095;

    // A table is used only for functions whose gradient libtorch computes from the input. Other gradients are computed from the output,
    // which is rounded to bfloat16, so a table of exact slopes would give other values.
    private static readonly Func<Tensor, Tensor>
        _gelu = new ActivationTable(x => functional.gelu(x)).Apply,
        _geluByTanh = new ActivationTable(FusedGelu.Apply).Apply,
        _silu = new ActivationTable(x => functional.silu(x)).Apply;

    private static readonly Dictionary<string, Func<Tensor, Tensor>> _functions = new(StringComparer.Ordinal)
    {
        ["gelu"] = _gelu,
        ["gelu_10"] = x => functional.gelu(x).clamp(-10, 10),
        ["gelu_accurate"] = _geluByTanh,                      // in transformers, these five differ only in the last bits
        ["gelu_fast"] = _geluByTanh,
        ["gelu_new"] = _geluByTanh,
        ["gelu_python_tanh"] = _geluByTanh,
        ["gelu_pytorch_tanh"] = _geluByTanh,
        ["gelu_python"] = _gelu,
        ["hardswish"] = x => functional.hardswish(x),
        ["laplace"] = x => 0.5 * (1 + ((x - LaplaceMean) / (LaplaceDeviation * Math.Sqrt(2))).erf()),
        ["leaky_relu"] = x => functional.leaky_relu(x, 0.01),
        ["linear"] = x => x,
        ["mish"] = x => x * functional.softplus(x).tanh(),
        ["quick_gelu"] = x => x * sigmoid(1.702 * x),
        ["relu"] = x => functional.relu(x),
        ["relu2"] = x => functional.relu(x).square(),
        ["relu6"] = x => functional.relu6(x),
        ["sigmoid"] = x => x.sigmoid(),
        ["silu"] = _silu,
        ["sqrtsoftplus"] = x => functional.softplus(x).sqrt(),
        ["swish"] = _silu,
        ["tanh"] = x => x.tanh(),
    };

    /// <summary>The names of all supported functions.</summary>
    public static IEnumerable<string> Names => _functions.Keys;

    /// <summary>The kernel that multiplies the activation with the given name by other values; null if there is none.</summary>
    internal static GatedActivation? Gated(string name) =>
        !_functions.TryGetValue(name, out var function) ? null
        : function == _silu ? GatedActivation.Silu
        : function == _geluByTanh ? GatedActivation.Gelu
        : function == _gelu ? GatedActivation.ExactGelu
        : null;

    /// <summary>Returns the activation that the kernels for generation use for a gated activation; null if there is none.</summary>
    internal static StepActivation? OfStep(GatedActivation? activation) =>
        activation is null ? null
        : activation == GatedActivation.Silu ? StepActivation.Silu
        : activation == GatedActivation.Gelu ? StepActivation.GeluByTanh
        : activation == GatedActivation.ExactGelu ? StepActivation.Gelu
        : null;

    /// <summary>
    /// Returns a function that multiplies the activation of the first half of the last axis by the second half, for a gated feed-forward
    /// layer in which one projection computes both.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not supported; the message lists the supported names.</exception>
    internal static Func<Tensor, Tensor> GatedHalves(string name)
    {
        var (function, kernel) = (Get(name), Gated(name));
        return both =>
        {
            if (kernel is not null && GatedActivation.CanRun(both)) return kernel.ApplyFused(both);
            var parts = both.chunk(2, -1);
            return function(parts[0]) * parts[1];
        };
    }

    /// <summary>Returns the activation function with the given name.</summary>
    /// <param name="name">The name in transformers, such as <c>gelu</c> (<see cref="Names"/>).</param>
    /// <returns>A function from a tensor to a tensor of the same shape.</returns>
    /// <exception cref="ArgumentException">The name is not supported; the message lists the supported names.</exception>
    public static Func<Tensor, Tensor> Get(string name) =>
        _functions.TryGetValue(name, out var function)
            ? function
            : throw new ArgumentException($"The activation '{name}' is not supported. Supported activations: {string.Join(", ", Names)}.");
}
