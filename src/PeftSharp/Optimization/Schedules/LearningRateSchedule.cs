namespace PeftSharp.Optimization;

/// <summary>
/// Base class of learning rate schedules. The learning rate is a function of the step, so a schedule has no state to save.
/// </summary>
/// <remarks>
/// For a custom schedule, derive from this class or from <see cref="WarmupSchedule"/> and pass the schedule to the trainer
/// (<c>optimizers</c>). A resumed run calls <see cref="GetLearningRate"/> with the step at which it resumes.
/// </remarks>
public abstract record LearningRateSchedule
{
    /// <summary>The peak learning rate, which the schedule scales.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Returns the learning rate of an optimizer step.</summary>
    /// <param name="step">The number of optimizer steps before this one: 0 for the first.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    public double GetLearningRate(long step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        return LearningRate * Factor(step);
    }

    /// <summary>
    /// Returns the learning rate of a step as a fraction of the peak, at least 0. The result must depend on the step only.
    /// </summary>
    /// <param name="stepsDone">The number of optimizer steps before this one: 0 for the first.</param>
    protected abstract double Factor(long stepsDone);
}
