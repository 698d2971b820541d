namespace PeftSharp.Optimization;

/// <summary>The full rate at every step; transformers' <c>get_constant_schedule</c>.</summary>
public sealed record ConstantSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double Factor(long stepsDone) => 1;
}
