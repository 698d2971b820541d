namespace PeftSharp.Optimization;

/// <summary>Warmup, then one over the square root of the steps since, in units of a time scale; transformers' <c>get_inverse_sqrt_schedule</c>.</summary>
public sealed record InverseSqrtSchedule : WarmupSchedule
{
    private const int TimescaleWithoutWarmup = 10_000;

    /// <summary>Steps after the warmup until the rate has fallen to 1/√2; null (default): as many as the warmup, or 10,000 without one.</summary>
    public int? Timescale { get; init; }

    /// <inheritdoc/>
    protected override double FactorAfterWarmup(long stepsDone)
    {
        double timescale = Timescale ?? (NumWarmupSteps > 0 ? NumWarmupSteps : TimescaleWithoutWarmup);
        return 1 / Math.Sqrt((stepsDone + (timescale - NumWarmupSteps)) / timescale);
    }
}
