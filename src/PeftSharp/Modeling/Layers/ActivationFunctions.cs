using PeftSharp.Kernels;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling.Layers;

/// <summary>Activation functions by transformers' names (<c>ACT2FN</c>).</summary>
internal static class ActivationFunctions
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> _functions = new Dictionary<string, Func<Tensor, Tensor>>
    {
        ["gelu"] = x => functional.gelu(x),
        ["gelu_new"] = FusedGelu.Apply,                       // written out in transformers; the same function to the last bits
        ["gelu_pytorch_tanh"] = FusedGelu.Apply,
        ["gelu_fast"] = FusedGelu.Apply,
        ["quick_gelu"] = x => x * sigmoid(1.702 * x),
        ["relu"] = x => functional.relu(x),
        ["silu"] = x => functional.silu(x),
        ["swish"] = x => functional.silu(x),
        ["tanh"] = x => x.tanh(),
        ["sigmoid"] = x => x.sigmoid(),
    }.ToDictionary(named => named.Key, named => (Func<Tensor, Tensor>)new ActivationTable(named.Value).Apply, StringComparer.Ordinal);

    /// <summary>The names there are.</summary>
    internal static IEnumerable<string> Names => _functions.Keys;

    /// <summary>The function of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those there are.</exception>
    internal static Func<Tensor, Tensor> ByName(string name) =>
        _functions.TryGetValue(name, out var function) ? function : throw new ArgumentException($"'{name}' is no activation that is known here: {string.Join(", ", Names)}.");
}
