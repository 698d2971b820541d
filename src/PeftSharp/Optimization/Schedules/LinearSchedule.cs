namespace PeftSharp.Optimization;

/// <summary>Warmup, then a straight line to 0 at the last step; transformers' <c>get_linear_schedule_with_warmup</c>.</summary>
public sealed record LinearSchedule : WarmupSchedule
{
    /// <summary>Steps of the whole training, warmup included.</summary>
    public required int NumTrainingSteps { get; init; }

    /// <inheritdoc/>
    protected override double FactorAfterWarmup(long stepsDone) =>
        Math.Max(0, (NumTrainingSteps - stepsDone) / (double)Math.Max(1, NumTrainingSteps - NumWarmupSteps));
}
