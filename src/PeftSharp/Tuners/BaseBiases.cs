using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Tuners;

/// <summary>Finds the biases of the base model, for adapters that train all of them.</summary>
internal static class BaseBiases
{
    /// <summary>The biases by name, except those of fully trained modules, of layers with trained rows, and of the adapters.</summary>
    internal static IEnumerable<KeyValuePair<string, Parameter>> Of(AdapterTree tree)
    {
        var closed = tree.Parts.Where(part => part.Module is not TunerLayer).Select(part => part.Path + ".").ToArray();
        var layers = tree.Parts.Where(part => part.Module is TunerLayer).Select(part => part.Path).ToArray();
        foreach (var (name, parameter) in tree.Model.named_parameters())
        {
            if (!name.EndsWith(".bias", StringComparison.Ordinal) || closed.Any(path => name.StartsWith(path, StringComparison.Ordinal)))
                continue;
            if (layers.Any(path => name.StartsWith(path + ".", StringComparison.Ordinal) && name != path + ".base_layer.bias")) continue;
            yield return KeyValuePair.Create(name, parameter);
        }
    }
}
