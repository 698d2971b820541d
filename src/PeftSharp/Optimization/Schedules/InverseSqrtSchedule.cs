namespace PeftSharp.Optimization;

/// <summary>
/// Warmup, then decay with the inverse square root of the step. Corresponds to <c>get_inverse_sqrt_schedule</c> in transformers.
/// </summary>
public sealed record InverseSqrtSchedule : WarmupSchedule
{
    private const int TimescaleWithoutWarmup = 10_000;

    /// <summary>
    /// The number of steps after warmup until the learning rate is the peak divided by √2. Null (default): the number of warmup steps, or
    /// 10,000 without warmup.
    /// </summary>
    public int? Timescale { get; init; }

    /// <inheritdoc/>
    protected override double FactorAfterWarmup(long stepsDone)
    {
        double timescale = Timescale ?? (NumWarmupSteps > 0 ? NumWarmupSteps : TimescaleWithoutWarmup);
        return 1 / Math.Sqrt((stepsDone + (timescale - NumWarmupSteps)) / timescale);
    }
}
