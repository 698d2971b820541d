namespace PeftSharp.Optimization;

/// <summary>
/// Warmup from an initial learning rate (<see cref="WarmupLrRate"/>) to the peak at the last warmup step, then cosine decay to a minimum.
/// Corresponds to <c>get_cosine_with_min_lr_schedule_with_warmup_lr_rate</c> in transformers.
/// </summary>
public sealed record CosineWarmupWithMinLrSchedule : LearningRateSchedule
{
    /// <summary>The number of warmup steps. Default 0: no warmup.</summary>
    public int NumWarmupSteps { get; init; }

    /// <summary>The number of training steps, including warmup.</summary>
    public required int NumTrainingSteps { get; init; }

    /// <summary>The number of cosine cycles after warmup. Default 0.5: a half cycle, from the peak to the minimum.</summary>
    public double NumCycles { get; init; } = 0.5;

    /// <summary>The minimum learning rate as a fraction of the peak.</summary>
    public required double MinLrRate { get; init; }

    /// <summary>The initial learning rate as a fraction of the peak. Null (default): 1 / <see cref="NumWarmupSteps"/>.</summary>
    public double? WarmupLrRate { get; init; }

    /// <inheritdoc/>
    protected override double Factor(long stepsDone)
    {
        if (stepsDone < NumWarmupSteps)
            return WarmupLrRate is { } first
                ? first + (1 - first) * stepsDone / Math.Max(1, NumWarmupSteps - 1)
                : (stepsDone + 1.0) / NumWarmupSteps;
        var progress = (stepsDone - NumWarmupSteps + 1.0) / Math.Max(1, NumTrainingSteps - NumWarmupSteps);
        var wave = 0.5 * (1 + Math.Cos(Math.PI * NumCycles * 2 * progress));
        return Math.Max(0, wave * (1 - MinLrRate) + MinLrRate);
    }
}
