using System.Text.Json.Nodes;

namespace PeftSharp.Training;

/// <summary>Told what a run does, and able to change what it does next through <see cref="TrainerControl"/>. Override what is of interest.</summary>
/// <remarks>
/// <para>transformers' <c>TrainerCallback</c>, with its events.</para>
/// <para>Not thread-safe: the trainer calls it from the thread that trains; use an instance with one trainer at a time.</para>
/// </remarks>
public abstract class TrainerCallback
{
    private TrainerContext? _context;

    /// <summary>The model, the optimizer, the learning-rate schedule and the tokenizer of the trainer that calls the callback. Readable in every event.</summary>
    /// <exception cref="InvalidOperationException">No trainer has called the callback yet.</exception>
    protected TrainerContext Context => _context ?? throw new InvalidOperationException($"No trainer has called this {GetType().Name} yet, so it has no model. Read Context in an event such as OnTrainBegin.");

    /// <summary>The run begins.</summary>
    public virtual void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>The run has ended.</summary>
    public virtual void OnTrainEnd(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>An epoch begins.</summary>
    public virtual void OnEpochBegin(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>An epoch has ended.</summary>
    public virtual void OnEpochEnd(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>An optimizer step begins.</summary>
    public virtual void OnStepBegin(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>Gradients are there and clipped, the optimizer has not moved.</summary>
    public virtual void OnPreOptimizerStep(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>The optimizer has moved, gradients are still there.</summary>
    public virtual void OnOptimizerStep(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>One of several batches of a step is done.</summary>
    public virtual void OnSubstepEnd(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>An optimizer step has ended.</summary>
    public virtual void OnStepEnd(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>An evaluation has ended with <paramref name="metrics"/>.</summary>
    public virtual void OnEvaluate(TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> metrics) { }

    /// <summary>A prediction has ended with <paramref name="metrics"/>.</summary>
    public virtual void OnPredict(TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> metrics) { }

    /// <summary>One batch of an evaluation or prediction is done.</summary>
    /// <param name="args">The run's arguments.</param>
    /// <param name="state">Where the run stands.</param>
    /// <param name="control">What it does next.</param>
    /// <param name="done">Batches done.</param>
    /// <param name="all">Batches there are.</param>
    public virtual void OnPredictionStep(TrainingArguments args, TrainerState state, TrainerControl control, int done, int all) { }

    /// <summary>A checkpoint was written.</summary>
    public virtual void OnSave(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>A line was logged; it is the last of <see cref="TrainerState.LogHistory"/>.</summary>
    public virtual void OnLog(TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> logs) { }

    /// <summary>Something is worth knowing but stops nothing, such as a precision that is slower on this processor.</summary>
    /// <param name="args">The run's arguments.</param>
    /// <param name="state">Where the run stands.</param>
    /// <param name="control">What it does next.</param>
    /// <param name="message">What, with figures and the way out.</param>
    public virtual void OnWarning(TrainingArguments args, TrainerState state, TrainerControl control, string message) { }

    /// <summary>What a later process must know to go on where this one stopped; null: nothing.</summary>
    public virtual JsonObject? SaveState() => null;

    /// <summary>Takes back what <see cref="SaveState"/> gave.</summary>
    public virtual void LoadState(JsonObject state) { }

    /// <summary>This callback, with the objects of the trainer that calls it.</summary>
    internal TrainerCallback In(TrainerContext context)
    {
        _context = context;
        return this;
    }
}
