using System.Text.Json.Nodes;

namespace PeftSharp.Training.Callbacks;

/// <summary>The callbacks of a trainer, in the order in which they are called (transformers' <c>CallbackHandler</c>).</summary>
/// <param name="callbacks">The callbacks.</param>
/// <param name="context">The objects of the trainer, for the callbacks.</param>
internal sealed class CallbackList(IEnumerable<TrainerCallback> callbacks, TrainerContext context)
{
    private readonly List<TrainerCallback> _callbacks = [.. callbacks];

    internal void Add(TrainerCallback callback) => _callbacks.Add(callback);

    internal bool Remove(TrainerCallback callback) => _callbacks.Remove(callback);

    /// <summary>Whether a callback handles an event in which the gradients exist, so that they must be clipped in place.</summary>
    internal bool UsesGradients =>
        _callbacks.Any(callback => IsOverridden(callback.OnPreOptimizerStep) || IsOverridden(callback.OnOptimizerStep));

    /// <summary>Whether a callback handles warnings.</summary>
    internal bool ReceivesWarnings => _callbacks.Any(callback =>
        ((Action<TrainingArguments, TrainerState, TrainerControl, string>)callback.OnWarning).Method.DeclaringType
            != typeof(TrainerCallback));

    /// <summary>Calls an event handler of each callback.</summary>
    internal void Invoke(Action<TrainerCallback> handler)
    {
        foreach (var callback in _callbacks) handler(callback.In(context));
    }

    /// <summary>Returns the states of the callbacks that have a state, by class name.</summary>
    internal IEnumerable<(string Name, JsonObject State)> SaveStates() =>
        _callbacks.Select(callback => (callback.GetType().Name, State: callback.In(context).SaveState()))
            .Where(entry => entry.State is not null).Select(entry => (entry.Name, entry.State!));

    internal void LoadStates(IReadOnlyDictionary<string, JsonObject> states)
    {
        foreach (var callback in _callbacks)
            if (states.TryGetValue(callback.GetType().Name, out var state)) callback.In(context).LoadState(state);
    }

    private static bool IsOverridden(Action<TrainingArguments, TrainerState, TrainerControl> handler) =>
        handler.Method.DeclaringType != typeof(TrainerCallback);
}
