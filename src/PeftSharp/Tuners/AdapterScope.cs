namespace PeftSharp.Tuners;

/// <summary>A choice of adapters for the current asynchronous flow, until it is disposed.</summary>
internal sealed class AdapterScope : IDisposable
{
    private readonly AdapterState _state;
    private readonly AdapterChoice _choice;
    private readonly AdapterChoice? _before;
    private readonly Action? _atEnd;
    private int _isDisposed;

    /// <param name="state">The model's adapters.</param>
    /// <param name="choice">The choice.</param>
    /// <param name="atEnd">Undoes what the scope changed beside the choice; null where that is nothing.</param>
    internal AdapterScope(AdapterState state, AdapterChoice choice, Action? atEnd = null)
    {
        (_state, _choice, _before, _atEnd) = (state, choice, state.OfFlow, atEnd);
        state.OfFlow = choice;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        if (!ReferenceEquals(_state.OfFlow, _choice))
        {
            _isDisposed = 0;
            throw new InvalidOperationException("This scope of UseAdapter, UseAdapters or DisableAdapter is not the innermost one of this asynchronous flow: scopes end in the reverse order of their start, in the method (or the flow of awaits) that started them. "
                + "A scope that an async method returns to its caller chooses nothing for the caller.");
        }
        try { _atEnd?.Invoke(); }
        catch
        {
            _isDisposed = 0;                            // the scope goes on and can be disposed again
            throw;
        }
        _state.OfFlow = _before;
    }
}
