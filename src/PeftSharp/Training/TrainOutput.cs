namespace PeftSharp.Training;

/// <summary>What a run ended with.</summary>
/// <param name="GlobalStep">Optimizer steps that were done.</param>
/// <param name="TrainingLoss">Mean loss over the run's steps.</param>
/// <param name="Metrics"><c>train_runtime</c> (seconds), <c>train_samples_per_second</c>, <c>train_steps_per_second</c>, <c>total_flos</c>, <c>train_loss</c>, <c>epoch</c>. <c>ToString</c> gives a table.</param>
public sealed record TrainOutput(int GlobalStep, double TrainingLoss, IReadOnlyDictionary<string, double> Metrics);
