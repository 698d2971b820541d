using TorchSharp.Modules;

namespace PeftSharp.Tuners;

/// <summary>A trainable parameter of an adapter.</summary>
/// <remarks>Thread safety: several threads can read an instance at once.</remarks>
public sealed class AdapterParameter
{
    private readonly AdapterWeights _owner;
    private readonly Parameter _initial;
    private AdapterSlot? _slot;

    internal AdapterParameter(AdapterWeights owner, Parameter initial) => (_owner, _initial) = (owner, initial);

    /// <summary>The current parameter. Moving the model to another device or type replaces it, so do not store it.</summary>
    public Parameter Value => _slot?.ParameterOf(_owner.AdapterName) ?? _initial;

    /// <summary>Moves the parameter into the module that owns it from now on.</summary>
    internal void MoveTo(AdapterSlot slot, string adapter)
    {
        slot.Add(adapter, _initial);
        _slot = slot;
    }
}
