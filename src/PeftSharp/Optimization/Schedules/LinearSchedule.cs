namespace PeftSharp.Optimization;

/// <summary>Warmup, then a straight line to 0 at the last step; transformers' <c>get_linear_schedule_with_warmup</c>.</summary>
public sealed record LinearSchedule : WarmupSchedule
{
    /// <summary>Steps of the whole training, warmup included.</summary>
    public required int NumTrainingSteps { get; init; }

    private protected override double FactorAfterWarmup(long step) =>
        Math.Max(0, (NumTrainingSteps - step) / (double)Math.Max(1, NumTrainingSteps - NumWarmupSteps));
}
