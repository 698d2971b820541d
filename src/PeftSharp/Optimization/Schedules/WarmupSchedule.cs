namespace PeftSharp.Optimization;

/// <summary>A schedule that first rises in a straight line from 0 to the full rate.</summary>
public abstract record WarmupSchedule : LearningRateSchedule
{
    /// <summary>Steps of the rise; 0: none. May exceed the training, which then ends on the rise.</summary>
    public int NumWarmupSteps { get; init; }

    private protected sealed override double Factor(long step) =>
        step < NumWarmupSteps ? step / (double)NumWarmupSteps : FactorAfterWarmup(step);

    private protected abstract double FactorAfterWarmup(long step);

    /// <summary>The share of the steps after the warmup that is over: 0 at its end, 1 at the training's end, more beyond.</summary>
    private protected double Progress(long step, int numTrainingSteps) =>
        (step - NumWarmupSteps) / (double)Math.Max(1, numTrainingSteps - NumWarmupSteps);
}
