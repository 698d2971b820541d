using System.Text.Json.Nodes;
using PeftSharp.Internal;

namespace PeftSharp.Training;

/// <summary>
/// Base class of callbacks, whose methods a trainer calls at the events of a run (transformers' <c>TrainerCallback</c>). Override the
/// methods of the events that the callback handles.
/// </summary>
/// <remarks>
/// <para>
/// A callback can control the run through <see cref="TrainerControl"/>, for example to end the run or to request an evaluation.
/// </para>
/// <para>Not thread-safe: a trainer calls the callback on the thread that trains. Use an instance with one trainer at a time.</para>
/// </remarks>
public abstract class TrainerCallback
{
    private TrainerContext? _context;

    /// <summary>
    /// The model, the optimizer, the learning-rate schedule and the tokenizer of the trainer that calls this callback. The property can be
    /// read in every event.
    /// </summary>
    /// <exception cref="InvalidOperationException">No trainer has called the callback yet.</exception>
    protected TrainerContext Context => _context ?? throw new InvalidOperationException(
        $"The Context of this {TypeName.Of(this)} is not available before a trainer calls the callback. Read Context in an event such as "
        + "OnTrainBegin.");

    /// <summary>Called at the beginning of a run.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    public virtual void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>Called at the end of a run. Not called if the run was cancelled or failed.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    public virtual void OnTrainEnd(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>Called at the beginning of an epoch.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    public virtual void OnEpochBegin(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>Called at the end of an epoch.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    public virtual void OnEpochEnd(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>Called before the first batch of each optimizer step.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    public virtual void OnStepBegin(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>Called before the optimizer updates the parameters. The gradients have been computed and clipped.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    public virtual void OnPreOptimizerStep(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>Called after the optimizer has updated the parameters, before the gradients are removed.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    public virtual void OnOptimizerStep(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>Called after each batch of an optimizer step except the last (gradient accumulation).</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    public virtual void OnSubstepEnd(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>Called after each optimizer step.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    public virtual void OnStepEnd(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>Called after each evaluation, with its metrics.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    /// <param name="metrics">The metrics by name, such as <c>eval_loss</c>.</param>
    public virtual void OnEvaluate(
        TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> metrics)
    { }

    /// <summary>Called at the end of <see cref="Trainer.Predict"/>, with its metrics.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    /// <param name="metrics">The metrics by name, such as <c>test_loss</c>.</param>
    public virtual void OnPredict(
        TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> metrics)
    { }

    /// <summary>Called after each batch of an evaluation or prediction.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    /// <param name="completed">The number of completed batches.</param>
    /// <param name="total">The total number of batches; 0 if the number is not known, because the rows are a stream.</param>
    public virtual void OnPredictionStep(TrainingArguments args, TrainerState state, TrainerControl control, int completed, int total) { }

    /// <summary>Called after a checkpoint was written.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    public virtual void OnSave(TrainingArguments args, TrainerState state, TrainerControl control) { }

    /// <summary>Called after values were logged. The values are the last entry of <see cref="TrainerState.LogHistory"/>.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    /// <param name="logs">
    /// The values by name, such as <c>loss</c>, <c>learning_rate</c> or <c>eval_loss</c>; in every entry <c>epoch</c> and <c>step</c>.
    /// </param>
    public virtual void OnLog(
        TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> logs)
    { }

    /// <summary>Called for each warning, such as an argument without effect. transformers has no such event.</summary>
    /// <param name="args">The arguments of the run.</param>
    /// <param name="state">The state of the run.</param>
    /// <param name="control">Controls the run.</param>
    /// <param name="message">The warning, with the values and the remedy.</param>
    public virtual void OnWarning(TrainingArguments args, TrainerState state, TrainerControl control, string message) { }

    /// <summary>
    /// Returns the state of the callback, which checkpoints store (transformers' <c>ExportableState</c>). Null: the callback has no state.
    /// </summary>
    public virtual JsonObject? SaveState() => null;

    /// <summary>
    /// Loads a state that <see cref="SaveState"/> returned. Called when a run is resumed or, with
    /// <see cref="TrainingArguments.SaveOnCancel"/>, when an evaluation during training is cancelled.
    /// </summary>
    /// <param name="state">The state in the checkpoint, or the state before the cancelled evaluation.</param>
    public virtual void LoadState(JsonObject state) { }

    /// <summary>Sets <see cref="Context"/> and returns this callback.</summary>
    internal TrainerCallback In(TrainerContext context)
    {
        _context = context;
        return this;
    }
}
