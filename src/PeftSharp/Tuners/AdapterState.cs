namespace PeftSharp.Tuners;

/// <summary>The active adapters of a model, shared by the model and all of its layers.</summary>
/// <remarks>
/// The adapters that a call or scope selects are stored in the async context of the caller, so calls on different threads do not affect
/// each other. The other values belong to the model and change only while no call is running (<see cref="Modeling.CallGate"/>).
/// </remarks>
internal sealed class AdapterState
{
    private readonly AsyncLocal<AdapterChoice?> _scoped = new();

    /// <summary>The adapters of calls that do not select adapters; <c>SetAdapter</c> sets them.</summary>
    internal AdapterChoice Default { get; set; } = AdapterChoice.ForAll([]);

    /// <summary>The adapters selected by the current async context (<c>UseAdapter</c> scope or call); null if it selects none.</summary>
    internal AdapterChoice? Scoped
    {
        get => _scoped.Value;
        set => _scoped.Value = value;
    }

    /// <summary>The adapters that layers currently apply.</summary>
    internal AdapterChoice Current => _scoped.Value ?? Default;

    /// <summary>The adapters that are merged into the base weights, in this order.</summary>
    internal IReadOnlyList<string> Merged { get; set; } = [];

    /// <summary>The open scope that has unmerged the adapters until it ends; null if there is none.</summary>
    internal object? Owner { get; set; }
}
