namespace PeftSharp.Optimization;

/// <summary>Warmup, then the full rate; transformers' <c>get_constant_schedule_with_warmup</c>.</summary>
public sealed record ConstantWithWarmupSchedule : WarmupSchedule
{
    private protected override double FactorAfterWarmup(long step) => 1;
}
