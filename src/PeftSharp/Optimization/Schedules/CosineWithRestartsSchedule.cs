namespace PeftSharp.Optimization;

/// <summary>
/// Warmup, then one or more half cosine cycles, each from the peak to 0. Corresponds to
/// <c>get_cosine_with_hard_restarts_schedule_with_warmup</c> in transformers.
/// </summary>
/// <remarks>Loshchilov and Hutter 2017, arXiv:1608.03983.</remarks>
public sealed record CosineWithRestartsSchedule : WarmupSchedule
{
    /// <summary>The number of training steps, including warmup.</summary>
    public required int NumTrainingSteps { get; init; }

    /// <summary>The number of half cycles. Default 1.</summary>
    public double NumCycles { get; init; } = 1;

    /// <inheritdoc/>
    protected override double FactorAfterWarmup(long stepsDone)
    {
        var progress = Progress(stepsDone, NumTrainingSteps);
        return progress >= 1 ? 0 : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * (NumCycles * progress % 1))));
    }
}
