using static TorchSharp.torch;

namespace PeftSharp.Optimization;

/// <summary>What an optimizer remembers about one parameter between steps.</summary>
/// <remarks>Not thread-safe: use an instance from one thread at a time.</remarks>
public sealed class ParameterState
{
    private readonly Dictionary<string, Tensor> _slots = new(StringComparer.Ordinal);

    internal ParameterState() { }

    /// <summary>Steps taken, counting the one under way.</summary>
    public long Step { get; internal set; }

    /// <summary>One of the tensors, by its slot's name; changed in place.</summary>
    public Tensor this[string slot] => _slots[slot];

    /// <summary>Takes a tensor over: it outlives the current dispose scope.</summary>
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
