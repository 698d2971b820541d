namespace PeftSharp.Training;

/// <summary>The result of a training run.</summary>
/// <param name="GlobalStep">The number of optimizer steps done.</param>
/// <param name="TrainingLoss">The mean of the losses of all steps.</param>
/// <param name="Metrics"><c>train_runtime</c> (seconds), <c>train_samples_per_second</c>, <c>train_steps_per_second</c>, <c>total_flos</c>, <c>train_loss</c>, <c>epoch</c>. <c>ToString</c> gives a table.</param>
public sealed record TrainOutput(int GlobalStep, double TrainingLoss, IReadOnlyDictionary<string, double> Metrics);
