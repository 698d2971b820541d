namespace PeftSharp.Optimization;

/// <summary>
/// Warmup to the peak, a constant learning rate, then decay to a minimum. Corresponds to <c>get_wsd_schedule</c> in transformers.
/// </summary>
/// <remarks>Hu et al. 2024 (MiniCPM), arXiv:2404.06395.</remarks>
public sealed record WarmupStableDecaySchedule : LearningRateSchedule
{
    /// <summary>The number of warmup steps. Default 0: no warmup.</summary>
    public int NumWarmupSteps { get; init; }

    /// <summary>The number of steps at the peak.</summary>
    public required int NumStableSteps { get; init; }

    /// <summary>The number of decay steps.</summary>
    public required int NumDecaySteps { get; init; }

    /// <summary>The curve of the warmup. Default linear.</summary>
    public LearningRateCurve WarmupType { get; init; } = LearningRateCurve.Linear;

    /// <summary>The curve of the decay. Default cosine.</summary>
    public LearningRateCurve DecayType { get; init; } = LearningRateCurve.Cosine;

    /// <summary>The learning rate before warmup and after decay as a fraction of the peak. Default 0.</summary>
    public double MinLrRatio { get; init; }

    /// <summary>The number of cycles of a cosine decay. Default 0.5: a half cycle, from the peak to the minimum.</summary>
    public double NumCycles { get; init; } = 0.5;

    /// <inheritdoc/>
    protected override double Factor(long stepsDone)
    {
        if (stepsDone < NumWarmupSteps)
            return AboveMinimum(Warmup(stepsDone / (double)NumWarmupSteps));
        var decayed = stepsDone - NumWarmupSteps - NumStableSteps;
        if (decayed < 0)
            return 1;
        return decayed < NumDecaySteps ? AboveMinimum(Decay(decayed / (double)NumDecaySteps)) : MinLrRatio;
    }

    private double Warmup(double progress) => WarmupType switch
    {
        LearningRateCurve.Cosine => 0.5 * (1 - Math.Cos(Math.PI * progress)),
        LearningRateCurve.OneMinusSqrt => 1 - Math.Sqrt(1 - progress),
        _ => progress,
    };

    private double Decay(double progress) => DecayType switch
    {
        LearningRateCurve.Cosine => 0.5 * (1 + Math.Cos(Math.PI * NumCycles * 2 * progress)),
        LearningRateCurve.OneMinusSqrt => 1 - Math.Sqrt(progress),
        _ => 1 - progress,
    };

    private double AboveMinimum(double factor) => Math.Max(0, factor * (1 - MinLrRatio) + MinLrRatio);
}
