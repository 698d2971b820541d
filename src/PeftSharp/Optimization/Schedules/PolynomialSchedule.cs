namespace PeftSharp.Optimization;

/// <summary>Warmup, then a power of the remaining share of steps, down to a last rate; transformers' <c>get_polynomial_decay_schedule_with_warmup</c>.</summary>
public sealed record PolynomialSchedule : WarmupSchedule
{
    /// <summary>Steps of the whole training, warmup included.</summary>
    public required int NumTrainingSteps { get; init; }

    /// <summary>The last learning rate, below the full one; default 1e-7.</summary>
    public double LrEnd { get; init; } = 1e-7;

    /// <summary>The power; default 1: a straight line.</summary>
    public double Power { get; init; } = 1;

    /// <inheritdoc/>
    protected override double FactorAfterWarmup(long stepsDone)
    {
        if (stepsDone >= NumTrainingSteps)                  // also where the warmup is the whole training: nothing to divide by
            return LrEnd / LearningRate;
        var remaining = 1 - Progress(stepsDone, NumTrainingSteps);
        return ((LearningRate - LrEnd) * Math.Pow(remaining, Power) + LrEnd) / LearningRate;
    }
}
