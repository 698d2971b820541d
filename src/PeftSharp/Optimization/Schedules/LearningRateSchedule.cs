namespace PeftSharp.Optimization;

/// <summary>A learning rate as a pure function of the step: nothing to save, nothing to resume.</summary>
/// <remarks>Derive from it, or from <see cref="WarmupSchedule"/>, for a schedule of your own, and pass it to the trainer (<c>optimizers</c>). A resumed run calls <see cref="At"/> with the step at which it resumes.</remarks>
public abstract record LearningRateSchedule
{
    /// <summary>The full learning rate, which the schedule scales.</summary>
    public required double LearningRate { get; init; }

    /// <summary>The learning rate of one optimizer step.</summary>
    /// <param name="step">Optimizer steps taken before it: 0 for the first.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    public double At(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return LearningRate * Factor(step);
    }

    /// <summary>The share of the full rate at a step, 0 or more. It must depend on the step alone.</summary>
    /// <param name="stepsDone">Optimizer steps taken before it: 0 for the first.</param>
    protected abstract double Factor(long stepsDone);
}
