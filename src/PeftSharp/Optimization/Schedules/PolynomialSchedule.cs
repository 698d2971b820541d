namespace PeftSharp.Optimization;

/// <summary>
/// Warmup, then polynomial decay to a final learning rate. Corresponds to <c>get_polynomial_decay_schedule_with_warmup</c> in transformers.
/// </summary>
public sealed record PolynomialSchedule : WarmupSchedule
{
    /// <summary>The number of training steps, including warmup.</summary>
    public required int NumTrainingSteps { get; init; }

    /// <summary>The final learning rate; less than the peak. Default 1e-7.</summary>
    public double LrEnd { get; init; } = 1e-7;

    /// <summary>The exponent of the decay. Default 1: linear.</summary>
    public double Power { get; init; } = 1;

    /// <inheritdoc/>
    protected override double FactorAfterWarmup(long stepsDone)
    {
        if (stepsDone >= NumTrainingSteps)                  // also avoids a division by 0 if all steps are warmup
            return LrEnd / LearningRate;
        var remaining = 1 - Progress(stepsDone, NumTrainingSteps);
        return ((LearningRate - LrEnd) * Math.Pow(remaining, Power) + LrEnd) / LearningRate;
    }
}
