using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>
/// One component of a layer's adapters, such as <c>lora_A</c>: a module or parameter per adapter, under the adapter's name (PyTorch's
/// <c>ModuleDict</c> and <c>ParameterDict</c>).
/// </summary>
internal sealed class AdapterSlot : Module
{
    private readonly Dictionary<string, Module> _modules = new(StringComparer.Ordinal);
    private readonly bool _namesParameters;

    /// <param name="namesParameters">
    /// Whether names in the file consist of the slot's name and the name of the module's parameter. If false, the module has one parameter,
    /// and the file uses the slot's name alone.
    /// </param>
    internal AdapterSlot(bool namesParameters = true) : base(nameof(AdapterSlot)) => _namesParameters = namesParameters;

    /// <summary>Names of the adapters in this slot.</summary>
    internal IEnumerable<string> Adapters => _modules.Keys.Concat(named_parameters(recurse: false).Select(pair => pair.name));

    internal bool Has(string adapter) => _modules.ContainsKey(adapter) || has_parameter(adapter);

    internal Module ModuleOf(string adapter) => _modules[adapter];

    /// <summary>The parameter of an adapter. It is looked up each time, because moving a model replaces it.</summary>
    internal Parameter ParameterOf(string adapter) => get_parameter(adapter)!;

    internal void Add(string adapter, Module module)
    {
        foreach (var parameter in module.parameters()) parameter.DetachFromDisposeScope();
        register_module(adapter, module);
        _modules.Add(adapter, module);
    }

    internal void Add(string adapter, Parameter parameter)
    {
        parameter.DetachFromDisposeScope();
        register_parameter(adapter, parameter);
    }

    internal void Remove(string adapter)
    {
        if (_modules.Remove(adapter, out var module))
        {
            register_module(adapter, null!);
            module.Dispose();
        }
        else if (get_parameter(adapter) is { } parameter)
        {
            ConditionallyRegisterParameter(adapter, null);
            parameter.Dispose();
        }
    }

    /// <summary>Removes an adapter's module from the slot without disposing it.</summary>
    internal void Take(string adapter)
    {
        _modules.Remove(adapter);
        register_module(adapter, null!);
    }

    internal void Rename(string from, string to)
    {
        if (_modules.Remove(from, out var module))
        {
            register_module(from, null!);
            register_module(to, module);
            _modules.Add(to, module);
        }
        else if (get_parameter(from) is { } parameter)
        {
            ConditionallyRegisterParameter(from, null);
            register_parameter(to, parameter);
        }
    }

    /// <summary>
    /// An adapter's parameters with the suffixes of their names in the file: empty for a parameter of the slot; <c>.weight</c> and so on
    /// for the parameters of a module.
    /// </summary>
    internal IEnumerable<(string End, Parameter Value)> ParametersOf(string adapter)
    {
        if (_modules.TryGetValue(adapter, out var module))
            return module.named_parameters().Select(pair => (_namesParameters ? "." + pair.name : "", pair.parameter));
        return get_parameter(adapter) is { } parameter ? [("", parameter)] : [];
    }
}
