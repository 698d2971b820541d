namespace PeftSharp.Optimization;

/// <summary>A schedule that first rises in a straight line from 0 to the full rate.</summary>
public abstract record WarmupSchedule : LearningRateSchedule
{
    /// <summary>Steps of the rise; 0: none. May exceed the training, which then ends on the rise.</summary>
    public int NumWarmupSteps { get; init; }

    /// <inheritdoc/>
    protected sealed override double Factor(long stepsDone) =>
        stepsDone < NumWarmupSteps ? stepsDone / (double)NumWarmupSteps : FactorAfterWarmup(stepsDone);

    /// <summary>The share of the full rate at a step after the warmup, 0 or more.</summary>
    /// <param name="stepsDone">Optimizer steps taken before it; at least <see cref="NumWarmupSteps"/>.</param>
    protected abstract double FactorAfterWarmup(long stepsDone);

    /// <summary>The share of the steps after the warmup that is over: 0 at its end, 1 at the training's end, more beyond.</summary>
    /// <param name="step">Optimizer steps taken before it.</param>
    /// <param name="numTrainingSteps">Optimizer steps of the whole training, warmup included.</param>
    protected double Progress(long step, int numTrainingSteps) =>
        (step - NumWarmupSteps) / (double)Math.Max(1, numTrainingSteps - NumWarmupSteps);
}
