namespace PeftSharp.Optimization;

/// <summary>
/// A warmup that starts above 0 and reaches the full rate at its last step, then a cosine wave down to a least rate;
/// transformers' <c>get_cosine_with_min_lr_schedule_with_warmup_lr_rate</c>.
/// </summary>
public sealed record CosineWarmupWithMinLrSchedule : LearningRateSchedule
{
    /// <summary>Steps of the rise; 0: none.</summary>
    public int NumWarmupSteps { get; init; }

    /// <summary>Steps of the whole training, warmup included.</summary>
    public required int NumTrainingSteps { get; init; }

    /// <summary>Waves over the training; default 0.5: down once.</summary>
    public double NumCycles { get; init; } = 0.5;

    /// <summary>The least rate as a share of the full one.</summary>
    public required double MinLrRate { get; init; }

    /// <summary>The first rate as a share of the full one; null (default): one part in <see cref="NumWarmupSteps"/>.</summary>
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
