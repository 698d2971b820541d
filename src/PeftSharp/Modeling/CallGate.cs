using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>Counts the running calls of a model and rejects changes to the model while calls are running.</summary>
/// <remarks>
/// A call that starts while another thread changes the model waits until the change is complete, so a call never observes a partial
/// change. A change does not wait for running calls, because they may belong to the thread that requests the change (a callback during
/// generation): the thread would then wait for itself.
/// </remarks>
internal sealed class CallGate
{
    private readonly Lock _lock = new();                // reentrant: a change can consist of other changes
    private int _running;
    private Action? _restoreMode;

    /// <summary>Counts a call until the result is disposed.</summary>
    internal RunningCall Call()
    {
        lock (_lock) _running++;
        return new RunningCall(this);
    }

    /// <summary>
    /// Counts a call until the result is disposed. A model in training mode is switched to evaluation mode until the last concurrent call
    /// has ended.
    /// </summary>
    /// <exception cref="InvalidOperationException">The model is in training mode and another call is using it.</exception>
    internal RunningCall CallInEvaluationMode(Module model)
    {
        lock (_lock)
        {
            if (model.training)
            {
                using var change = Change("Switching the model from training to evaluation mode");
                var modes = model.modules().Prepend(model).Select(module => (Module: module, IsTraining: module.training)).ToArray();
                model.eval();
                _restoreMode = () =>
                {
                    foreach (var (module, isTraining) in modes)          // parents come before their children
                        if (module.training != isTraining) module.train(isTraining);
                };
            }
            _running++;
        }
        return new RunningCall(this);
    }

    /// <summary>Starts a change of the model. Calls that other threads start wait until the result is disposed.</summary>
    /// <param name="what">The change, as the beginning of a sentence: "Adding an adapter".</param>
    /// <exception cref="InvalidOperationException">A call of the model is running.</exception>
    internal RunningChange Change(string what)
    {
        _lock.Enter();
        if (_running == 0) return new RunningChange(_lock);
        var running = _running;
        _lock.Exit();
        throw new InvalidOperationException($"{what} is not possible while {running} call{(running == 1 ? "" : "s")} of this model "
            + $"{(running == 1 ? "is" : "are")} running (on another thread, or on this thread if generation has called a callback). "
            + $"Wait until {(running == 1 ? "it has" : "they have")} ended. "
            + "To select adapters for one call, use CallWithAdapter, GenerationOptions.Adapter, "
            + "or a scope of UseAdapter, UseAdapters or DisableAdapter.");
    }

    private void End()
    {
        lock (_lock)
        {
            if (--_running > 0 || _restoreMode is not { } restore) return;
            _restoreMode = null;
            restore();
        }
    }

    /// <summary>A running call; disposing it ends the call.</summary>
    internal readonly struct RunningCall(CallGate gate) : IDisposable
    {
        public void Dispose() => gate.End();
    }

    /// <summary>A change in progress. Calls that other threads start wait until the change is disposed.</summary>
    internal readonly struct RunningChange(Lock held) : IDisposable
    {
        public void Dispose() => held.Exit();
    }
}
