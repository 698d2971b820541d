namespace PeftSharp.Optimization;

/// <summary>
/// Warmup, then linear decay, which reaches 0 after the last step. Corresponds to <c>get_linear_schedule_with_warmup</c> in transformers.
/// </summary>
public sealed record LinearSchedule : WarmupSchedule
{
    /// <summary>The number of training steps, including warmup.</summary>
    public required int NumTrainingSteps { get; init; }

    /// <inheritdoc/>
    protected override double FactorAfterWarmup(long stepsDone) =>
        Math.Max(0, (NumTrainingSteps - stepsDone) / (double)Math.Max(1, NumTrainingSteps - NumWarmupSteps));
}
