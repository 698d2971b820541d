namespace PeftSharp.Optimization;

/// <summary>A constant learning rate. Corresponds to <c>get_constant_schedule</c> in transformers.</summary>
public sealed record ConstantSchedule : LearningRateSchedule
{
    /// <inheritdoc/>
    protected override double Factor(long stepsDone) => 1;
}
