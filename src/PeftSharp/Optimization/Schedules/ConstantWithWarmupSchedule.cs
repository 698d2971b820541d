namespace PeftSharp.Optimization;

/// <summary>Warmup, then a constant learning rate. Corresponds to <c>get_constant_schedule_with_warmup</c> in transformers.</summary>
public sealed record ConstantWithWarmupSchedule : WarmupSchedule
{
    /// <inheritdoc/>
    protected override double FactorAfterWarmup(long stepsDone) => 1;
}
