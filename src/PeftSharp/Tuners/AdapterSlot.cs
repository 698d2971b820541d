using TorchSharp.Modules;
using static TorchSharp.torch.nn;

namespace PeftSharp.Tuners;

/// <summary>One part of a layer's adapters, such as <c>lora_A</c>: a module or a parameter for each adapter, under the adapter's name (PyTorch's <c>ModuleDict</c> and <c>ParameterDict</c>).</summary>
internal sealed class AdapterSlot : Module
{
    private readonly Dictionary<string, Module> _modules = new(StringComparer.Ordinal);
    private readonly bool _namesParameters;

    /// <param name="namesParameters">Whether the file has the names of the module's parameters after the slot's; without, the module has one parameter and the slot's name stands for it.</param>
    internal AdapterSlot(bool namesParameters = true) : base(nameof(AdapterSlot)) => _namesParameters = namesParameters;

    /// <summary>Names of the adapters that have something here.</summary>
    internal IEnumerable<string> Adapters => _modules.Keys.Concat(named_parameters(recurse: false).Select(pair => pair.name));

    internal bool Has(string adapter) => _modules.ContainsKey(adapter) || has_parameter(adapter);

    internal Module ModuleOf(string adapter) => _modules[adapter];

    /// <summary>The parameter that stands in the slot itself; asked for each time, since moving a model replaces it.</summary>
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

    /// <summary>Gives an adapter's module away: it is no longer here and not disposed with the slot.</summary>
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

    /// <summary>An adapter's parameters with the ends of their names in the file: nothing for the slot's own, <c>.weight</c> and so on for a module's.</summary>
    internal IEnumerable<(string End, Parameter Value)> ParametersOf(string adapter)
    {
        if (_modules.TryGetValue(adapter, out var module))
            return module.named_parameters().Select(pair => (_namesParameters ? "." + pair.name : "", pair.parameter));
        return get_parameter(adapter) is { } parameter ? [("", parameter)] : [];
    }
}
