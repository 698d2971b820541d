using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Activation functions by transformers' names (<c>ACT2FN</c>).</summary>
public static class ActivationFunctions
{
    // By a table those whose gradient libtorch makes of the input in one operation; others have theirs from the rounded output.
    private static readonly Func<Tensor, Tensor>
        _gelu = new ActivationTable(x => functional.gelu(x)).Apply,
        _geluByTanh = new ActivationTable(FusedGelu.Apply).Apply,
        _silu = new ActivationTable(x => functional.silu(x)).Apply;

    private static readonly Dictionary<string, Func<Tensor, Tensor>> _functions = new(StringComparer.Ordinal)
    {
        ["gelu"] = _gelu,
        ["gelu_new"] = _geluByTanh,                           // written out in transformers; the same function to the last bits
        ["gelu_pytorch_tanh"] = _geluByTanh,
        ["gelu_fast"] = _geluByTanh,
        ["quick_gelu"] = x => x * sigmoid(1.702 * x),
        ["relu"] = x => functional.relu(x),
        ["silu"] = _silu,
        ["swish"] = _silu,
        ["tanh"] = x => x.tanh(),
        ["sigmoid"] = x => x.sigmoid(),
    };

    /// <summary>The names there are.</summary>
    public static IEnumerable<string> Names => _functions.Keys;

    /// <summary>The function of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    public static Func<Tensor, Tensor> ByName(string name) =>
        _functions.TryGetValue(name, out var function) ? function : throw new ArgumentException($"'{name}' is no activation that is known here: {string.Join(", ", Names)}.");
}
