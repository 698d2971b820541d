namespace PeftSharp.Tuners;

/// <summary>Which adapters are active: one of these is shared by the model and all its layers.</summary>
/// <remarks>
/// What a call or a scope chooses belongs to the asynchronous flow of its caller, so calls on several threads do not see each other's choice. The other values belong to
/// the model and change only while no call is running (<see cref="Modeling.CallGate"/>).
/// </remarks>
internal sealed class AdapterState
{
    private readonly AsyncLocal<AdapterChoice?> _ofFlow = new();

    /// <summary>The adapters of calls that choose none: those of <c>SetAdapter</c>.</summary>
    internal AdapterChoice Default { get; set; } = AdapterChoice.ForAll([]);

    /// <summary>The choice of the current scope or call; null outside of one.</summary>
    internal AdapterChoice? OfFlow
    {
        get => _ofFlow.Value;
        set => _ofFlow.Value = value;
    }

    /// <summary>The adapters that a layer applies now.</summary>
    internal AdapterChoice Current => _ofFlow.Value ?? Default;

    /// <summary>The adapters that are merged into the base weights, in this order.</summary>
    internal IReadOnlyList<string> Merged { get; set; } = [];

    /// <summary>The scope that has taken merged weights out of the model for as long as it lasts; null where there is none.</summary>
    internal object? Owner { get; set; }
}
