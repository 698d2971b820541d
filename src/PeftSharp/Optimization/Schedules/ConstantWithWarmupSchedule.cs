namespace PeftSharp.Optimization;

/// <summary>Warmup, then the full rate; transformers' <c>get_constant_schedule_with_warmup</c>.</summary>
public sealed record ConstantWithWarmupSchedule : WarmupSchedule
{
    /// <inheritdoc/>
    protected override double FactorAfterWarmup(long stepsDone) => 1;
}
