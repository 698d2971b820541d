using static TorchSharp.torch.nn;
using Parameter = TorchSharp.Modules.Parameter;

namespace PeftSharp.Tuners;

/// <summary>
/// The adapters at one location of the model. Their parameters are children of the module at that location: a slot per declared name,
/// with an entry per adapter.
/// </summary>
internal sealed class AdapterSlots
{
    private readonly Module _owner;
    private readonly OrderedDictionary<string, AdapterSlot> _slots = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, AdapterWeights> _adapters = new(StringComparer.Ordinal);

    /// <param name="owner">The module to which the slots are added as children.</param>
    internal AdapterSlots(Module owner) => _owner = owner;

    /// <summary>Names of the adapters.</summary>
    internal IEnumerable<string> Adapters => _adapters.Keys;

    /// <summary>The declared names, such as <c>lora_A</c>.</summary>
    internal IEnumerable<string> Names => _slots.Keys;

    internal bool Has(string adapter) => _adapters.ContainsKey(adapter);

    internal AdapterWeights this[string adapter] => _adapters[adapter];

    internal void Add(string adapter, AdapterWeights weights)
    {
        foreach (var entry in weights.Entries)
        {
            if (!_slots.TryGetValue(entry.Name, out var slot))
            {
                slot = new AdapterSlot(entry.NamesParameters);
                _owner.register_module(entry.Name, slot);
                _slots.Add(entry.Name, slot);
            }
            if (entry.Module is { } module) slot.Add(adapter, module);
            else entry.Parameter!.MoveTo(slot, adapter);
            slot.train(_owner.training);
        }
        weights.AdapterName = adapter;
        _adapters.Add(adapter, weights);
    }

    internal void Remove(string adapter)
    {
        foreach (var slot in _slots.Values) slot.Remove(adapter);
        _adapters.Remove(adapter);
    }

    internal void Rename(string from, string to)
    {
        if (!_adapters.TryGetValue(from, out var weights)) return;
        foreach (var slot in _slots.Values) slot.Rename(from, to);
        _adapters.Remove(from);
        _adapters.Add(to, weights);
        weights.AdapterName = to;
    }

    /// <summary>An adapter's parameters, with their names in the file relative to the path of this location.</summary>
    internal IEnumerable<(string Key, Parameter Value)> ParametersOf(string adapter) =>
        _slots.SelectMany(slot => slot.Value.ParametersOf(adapter).Select(entry => (slot.Key + entry.End, entry.Value)));
}
