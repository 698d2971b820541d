namespace PeftSharp.Training;

/// <summary>The result of <see cref="Trainer.Train"/> (transformers' <c>TrainOutput</c>).</summary>
/// <param name="GlobalStep">The number of completed optimizer steps, including those before the checkpoint that was resumed.</param>
/// <param name="TrainingLoss">
/// The mean of the losses of all optimizer steps, including those before the checkpoint that was resumed. A checkpoint of transformers
/// contains only logged losses: its steps after the last log entry are left out of the mean.
/// </param>
/// <param name="Metrics">
/// <c>train_runtime</c> (seconds), <c>train_samples_per_second</c>, <c>train_steps_per_second</c>, <c>total_flos</c>, <c>train_loss</c>,
/// <c>epoch</c>. <c>ToString</c> returns a table.
/// </param>
public sealed record TrainOutput(int GlobalStep, double TrainingLoss, IReadOnlyDictionary<string, double> Metrics);
