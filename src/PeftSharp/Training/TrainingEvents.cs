using Microsoft.Extensions.Logging;

namespace PeftSharp.Training;

/// <summary>The event ids of the messages that a <see cref="Trainer"/> writes to its <see cref="ILogger"/>.</summary>
/// <remarks>
/// Each message has the named fields that are listed with the event. Names of metrics are converted to PascalCase: <c>eval_f1</c> is the
/// field <c>EvalF1</c>.
/// </remarks>
public static class TrainingEvents
{
    /// <summary>A run started or was resumed. Fields: <c>Step</c>, <c>TotalSteps</c>, <c>Epochs</c>, <c>BatchSize</c>.</summary>
    public static EventId TrainingStarted { get; } = new(1, nameof(TrainingStarted));

    /// <summary>
    /// The loss was logged: the mean of the losses since the last message of this kind (<see cref="TrainingArguments.LoggingSteps"/>).
    /// Fields: <c>Loss</c>, <c>GradNorm</c>, <c>LearningRate</c>, <c>Epoch</c>, <c>Step</c>.
    /// </summary>
    public static EventId StepLogged { get; } = new(2, nameof(StepLogged));

    /// <summary>
    /// The evaluation of a dataset was completed. Fields: <c>EvalLoss</c> (if the data has labels), the metrics, <c>EvalRuntime</c>,
    /// <c>EvalSamplesPerSecond</c>, <c>EvalStepsPerSecond</c>, <c>Epoch</c>, <c>Step</c>. With several evaluation datasets, the name of the
    /// dataset follows <c>Eval</c>, as in <c>EvalTestLoss</c>.
    /// </summary>
    public static EventId Evaluated { get; } = new(3, nameof(Evaluated));

    /// <summary>A checkpoint was written. Fields: <c>Step</c>, <c>Checkpoint</c> (its folder).</summary>
    public static EventId CheckpointSaved { get; } = new(4, nameof(CheckpointSaved));

    /// <summary>
    /// A run was completed. Fields: <c>TrainLoss</c>, <c>TrainRuntime</c>, <c>TrainSamplesPerSecond</c>, <c>TrainStepsPerSecond</c>,
    /// <c>TotalFlos</c>, <c>Epoch</c>, <c>Step</c>.
    /// </summary>
    public static EventId TrainingCompleted { get; } = new(5, nameof(TrainingCompleted));

    /// <summary>A run was cancelled. Fields: <c>Step</c>, <c>TotalSteps</c>.</summary>
    public static EventId TrainingCancelled { get; } = new(6, nameof(TrainingCancelled));

    /// <summary>
    /// A warning, such as an argument without effect; <see cref="TrainerCallback.OnWarning"/> receives the same message. Fields:
    /// <c>Message</c>, <c>Step</c>.
    /// </summary>
    public static EventId Warning { get; } = new(7, nameof(Warning));

    /// <summary>
    /// Columns that the model does not read were removed from a dataset. Fields: <c>Role</c> (such as <c>training</c>), <c>Model</c>,
    /// <c>Columns</c>, <c>Inputs</c>.
    /// </summary>
    public static EventId ColumnsRemoved { get; } = new(8, nameof(ColumnsRemoved));
}
