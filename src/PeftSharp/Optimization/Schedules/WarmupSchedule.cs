namespace PeftSharp.Optimization;

/// <summary>Base class of schedules with a linear warmup from 0 to the peak learning rate.</summary>
public abstract record WarmupSchedule : LearningRateSchedule
{
    /// <summary>The number of warmup steps. Default 0: no warmup. The number may be larger than the number of training steps.</summary>
    public int NumWarmupSteps { get; init; }

    /// <inheritdoc/>
    protected sealed override double Factor(long stepsDone) =>
        stepsDone < NumWarmupSteps ? stepsDone / (double)NumWarmupSteps : FactorAfterWarmup(stepsDone);

    /// <summary>Returns the learning rate of a step after warmup as a fraction of the peak, at least 0.</summary>
    /// <param name="stepsDone">The number of optimizer steps before this one; at least <see cref="NumWarmupSteps"/>.</param>
    protected abstract double FactorAfterWarmup(long stepsDone);

    /// <summary>
    /// Returns the progress of a step after warmup: 0 at the end of warmup, 1 at the end of the training, more than 1 for later steps.
    /// </summary>
    /// <param name="step">The number of optimizer steps before this one.</param>
    /// <param name="numTrainingSteps">The number of training steps, including warmup.</param>
    protected double Progress(long step, int numTrainingSteps) =>
        (step - NumWarmupSteps) / (double)Math.Max(1, numTrainingSteps - NumWarmupSteps);
}
