namespace PeftSharp.Optimization;

/// <summary>
/// Warmup, then a cosine wave down to a least rate; transformers' <c>get_cosine_schedule_with_warmup</c> and, with a least rate,
/// <c>get_cosine_with_min_lr_schedule_with_warmup</c>.
/// </summary>
public sealed record CosineSchedule : WarmupSchedule
{
    /// <summary>Steps of the whole training, warmup included.</summary>
    public required int NumTrainingSteps { get; init; }

    /// <summary>Waves over the training; default 0.5: down once.</summary>
    public double NumCycles { get; init; } = 0.5;

    /// <summary>The least rate as a share of the full one; default 0.</summary>
    public double MinLrRate { get; init; }

    /// <inheritdoc/>
    protected override double FactorAfterWarmup(long stepsDone)
    {
        var wave = 0.5 * (1 + Math.Cos(Math.PI * NumCycles * 2 * Progress(stepsDone, NumTrainingSteps)));
        return Math.Max(0, wave * (1 - MinLrRate) + MinLrRate);
    }
}
