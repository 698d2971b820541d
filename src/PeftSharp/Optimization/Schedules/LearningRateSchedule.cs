namespace PeftSharp.Optimization;

/// <summary>A learning rate as a pure function of the step: nothing to save, nothing to resume.</summary>
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

    /// <summary>The share of the full rate at a step, 0 or more.</summary>
    private protected abstract double Factor(long step);
}
