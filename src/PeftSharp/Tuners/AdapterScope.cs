namespace PeftSharp.Tuners;

/// <summary>Selects adapters for the current async context until the scope is disposed.</summary>
internal sealed class AdapterScope : IDisposable
{
    private readonly AdapterState _state;
    private readonly AdapterChoice _choice;
    private readonly AdapterChoice? _before;
    private readonly Action? _atEnd;
    private int _isDisposed;

    /// <param name="state">The adapter state of the model.</param>
    /// <param name="choice">The selected adapters.</param>
    /// <param name="atEnd">Reverts other changes that the scope made. Null: there are none.</param>
    internal AdapterScope(AdapterState state, AdapterChoice choice, Action? atEnd = null)
    {
        (_state, _choice, _before, _atEnd) = (state, choice, state.Scoped, atEnd);
        state.Scoped = choice;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        if (!ReferenceEquals(_state.Scoped, _choice))
        {
            _isDisposed = 0;
            throw new InvalidOperationException("This scope of UseAdapter, UseAdapters or DisableAdapter is not the innermost scope "
                + "of this async context. Dispose scopes in reverse order, in the method that created them. "
                + "A scope that an async method returns to its caller has no effect in the caller.");
        }
        try { _atEnd?.Invoke(); }
        catch
        {
            _isDisposed = 0;                            // the scope remains active and can be disposed again
            throw;
        }
        _state.Scoped = _before;
    }
}
