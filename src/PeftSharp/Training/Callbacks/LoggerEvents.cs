using Microsoft.Extensions.Logging;
using PeftSharp.Training.Checkpoints;

namespace PeftSharp.Training;

/// <summary>Writes the events of a run to a logger, with the event ids of <see cref="TrainingEvents"/>.</summary>
internal sealed class LoggerEvents(ILogger logger) : TrainerCallback
{
    public override void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control) =>
        logger.Log(LogLevel.Information, TrainingEvents.TrainingStarted,
            "Training starts after step {Step} of {TotalSteps} (epochs: {Epochs}, batch size: {BatchSize})", state.GlobalStep,
            state.MaxSteps, state.NumTrainEpochs == int.MaxValue ? "unknown" : state.NumTrainEpochs, state.TrainBatchSize);

    public override void OnSave(TrainingArguments args, TrainerState state, TrainerControl control) =>
        logger.Log(LogLevel.Information, TrainingEvents.CheckpointSaved, "The checkpoint of step {Step} was saved to {Checkpoint}",
            state.GlobalStep, CheckpointFolder.Of(args.OutputDir, state.GlobalStep));

    public override void OnLog(TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> logs)
    {
        var id = logs.ContainsKey("loss") ? TrainingEvents.StepLogged
            : logs.ContainsKey("train_runtime") ? TrainingEvents.TrainingCompleted
            : TrainingEvents.Evaluated;
        logger.Log(LogLevel.Information, id, new LogLine(logs), null, (line, _) => line.ToString());
    }

    public override void OnWarning(TrainingArguments args, TrainerState state, TrainerControl control, string message) =>
        logger.Log(LogLevel.Warning, TrainingEvents.Warning, "{Message} (step {Step})", message, state.GlobalStep);

    /// <summary>Logs that a run was cancelled. The trainer calls this method, because callbacks have no event for a cancellation.</summary>
    internal void Cancelled(TrainerState state) =>
        logger.Log(LogLevel.Warning, TrainingEvents.TrainingCancelled, "Training was cancelled after step {Step} of {TotalSteps}",
            state.GlobalStep, state.MaxSteps);
}
