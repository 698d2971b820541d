namespace PeftSharp.Training;

/// <summary>
/// The state of a run after an optimizer step, as <see cref="Trainer.Train"/> and <see cref="Trainer.TrainAsync"/> report it.
/// </summary>
/// <param name="Step">The number of completed optimizer steps, including those before the checkpoint that was resumed.</param>
/// <param name="TotalSteps">The number of optimizer steps of the whole run.</param>
/// <param name="Epoch">The number of completed epochs, including the completed fraction of the current epoch.</param>
/// <param name="Loss">The training loss of this step: the mean over its targets.</param>
/// <param name="LearningRate">The learning rate of this step.</param>
/// <param name="GradNorm">The global L2 norm of the gradients of this step before clipping.</param>
/// <param name="Metrics">
/// The metrics of the last evaluation, such as <c>eval_loss</c>; empty before the first evaluation in this call of
/// <see cref="Trainer.Train"/>.
/// </param>
public sealed record TrainProgress(
    int Step, int TotalSteps, double Epoch, double Loss, double LearningRate, double GradNorm, IReadOnlyDictionary<string, double> Metrics);
