using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>The optimizer state of a parameter.</summary>
/// <remarks>Not thread-safe: use an instance from one thread at a time.</remarks>
public sealed class ParameterState
{
    private readonly Dictionary<string, Tensor> _slots = new(StringComparer.Ordinal);

    internal ParameterState() { }

    /// <summary>The number of steps, including the current one.</summary>
    public long Step { get; internal set; }

    /// <summary>Gets the tensor of a slot by name. The optimizer changes the tensor in place.</summary>
    /// <param name="slot">The name of the slot.</param>
    /// <exception cref="KeyNotFoundException">The state has no such slot.</exception>
    public Tensor this[string slot] => _slots[slot];

    /// <summary>Takes ownership of a tensor, which then outlives the current dispose scope.</summary>
    internal void Set(string slot, Tensor value)
    {
        Remove(slot);
        _slots[slot] = value.DetachFromDisposeScope();
    }

    internal void Clear()
    {
        foreach (var slot in _slots.Keys.ToArray())
            Remove(slot);
        Step = 0;
    }

    private void Remove(string slot)
    {
        if (_slots.Remove(slot, out var old))
            old.Dispose();
    }
}
