namespace PeftSharp.Optimization;

/// <summary>
/// Warmup, then cosine decay to a minimum learning rate. Corresponds to <c>get_cosine_schedule_with_warmup</c> and, with a minimum,
/// <c>get_cosine_with_min_lr_schedule_with_warmup</c> in transformers.
/// </summary>
public sealed record CosineSchedule : WarmupSchedule
{
    /// <summary>The number of training steps, including warmup.</summary>
    public required int NumTrainingSteps { get; init; }

    /// <summary>The number of cosine cycles after warmup. Default 0.5: a half cycle, from the peak to the minimum.</summary>
    public double NumCycles { get; init; } = 0.5;

    /// <summary>The minimum learning rate as a fraction of the peak. Default 0.</summary>
    public double MinLrRate { get; init; }

    /// <inheritdoc/>
    protected override double FactorAfterWarmup(long stepsDone)
    {
        var wave = 0.5 * (1 + Math.Cos(Math.PI * NumCycles * 2 * Progress(stepsDone, NumTrainingSteps)));
        return Math.Max(0, wave * (1 - MinLrRate) + MinLrRate);
    }
}
