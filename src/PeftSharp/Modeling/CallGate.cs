using static TorchSharp.torch.nn;

namespace PeftSharp.Modeling;

/// <summary>Counts the running calls of a model and refuses changes of the model while there are any.</summary>
/// <remarks>
/// A call that starts while another thread changes the model waits until the change is complete, so no call sees half of a change. A change does not wait for calls: the
/// calls may belong to the thread that asks for the change (a callback during generation), which would wait for itself.
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

    /// <summary>Counts a call until the result is disposed. A model in training mode is switched to evaluation mode until the last call that runs then has ended.</summary>
    /// <exception cref="InvalidOperationException">The model is in training mode and another call uses it.</exception>
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
                    foreach (var (module, isTraining) in modes)          // a module comes before those inside it
                        if (module.training != isTraining) module.train(isTraining);
                };
            }
            _running++;
        }
        return new RunningCall(this);
    }

    /// <summary>Starts a change of the model; calls that start meanwhile on other threads wait until the result is disposed.</summary>
    /// <param name="what">The change, as the beginning of a sentence: "Adding an adapter".</param>
    /// <exception cref="InvalidOperationException">A call of the model is running.</exception>
    internal RunningChange Change(string what)
    {
        _lock.Enter();
        if (_running == 0) return new RunningChange(_lock);
        var running = _running;
        _lock.Exit();
        throw new InvalidOperationException($"{what} is not possible while {running} call{(running == 1 ? "" : "s")} of this model {(running == 1 ? "is" : "are")} running (on another thread, or around this one: a callback during generation). "
            + "Wait until they have ended. To choose adapters for one call pass adapter: to Generate or Call, or use a scope of UseAdapter, UseAdapters or DisableAdapter.");
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

    /// <summary>A call that is counted until this is disposed.</summary>
    internal readonly struct RunningCall(CallGate gate) : IDisposable
    {
        public void Dispose() => gate.End();
    }

    /// <summary>A change that keeps calls waiting until this is disposed, by the thread that started it.</summary>
    internal readonly struct RunningChange(Lock held) : IDisposable
    {
        public void Dispose() => held.Exit();
    }
}
