using System.Text.Json.Nodes;

namespace PeftSharp.Training.Callbacks;

/// <summary>The callbacks in the order in which they were given, told as one.</summary>
/// <param name="callbacks">The callbacks.</param>
/// <param name="context">The trainer's objects, which the callbacks can read.</param>
internal sealed class CallbackList(IEnumerable<TrainerCallback> callbacks, TrainerContext context)
{
    private readonly List<TrainerCallback> _callbacks = [.. callbacks];

    internal void Add(TrainerCallback callback) => _callbacks.Add(callback);

    internal bool Remove(TrainerCallback callback) => _callbacks.Remove(callback);

    /// <summary>Whether one is told between the gradients and the end of a step.</summary>
    internal bool LookAtGradients => _callbacks.Any(callback => IsOverridden(callback.OnPreOptimizerStep) || IsOverridden(callback.OnOptimizerStep));

    internal void Tell(Action<TrainerCallback> what)
    {
        foreach (var callback in _callbacks) what(callback.In(context));
    }

    /// <summary>What each callback must know in a later process, by its name.</summary>
    internal IEnumerable<(string Name, JsonObject State)> SaveStates() =>
        _callbacks.Select(callback => (callback.GetType().Name, State: callback.In(context).SaveState())).Where(entry => entry.State is not null).Select(entry => (entry.Name, entry.State!));

    internal void LoadStates(IReadOnlyDictionary<string, JsonObject> states)
    {
        foreach (var callback in _callbacks)
            if (states.TryGetValue(callback.GetType().Name, out var state)) callback.In(context).LoadState(state);
    }

    private static bool IsOverridden(Action<TrainingArguments, TrainerState, TrainerControl> told) => told.Method.DeclaringType != typeof(TrainerCallback);
}
