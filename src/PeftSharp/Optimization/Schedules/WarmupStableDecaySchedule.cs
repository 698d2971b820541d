namespace PeftSharp.Optimization;

/// <summary>A rise to the full rate, the full rate, a descent, then the least rate; transformers' <c>get_wsd_schedule</c>.</summary>
/// <remarks>Hu et al. 2024 (MiniCPM), arXiv:2404.06395.</remarks>
public sealed record WarmupStableDecaySchedule : LearningRateSchedule
{
    /// <summary>Steps of the rise; 0: none.</summary>
    public int NumWarmupSteps { get; init; }

    /// <summary>Steps at the full rate.</summary>
    public required int NumStableSteps { get; init; }

    /// <summary>Steps of the descent.</summary>
    public required int NumDecaySteps { get; init; }

    /// <summary>The curve of the rise; default a straight line.</summary>
    public StageShape WarmupType { get; init; } = StageShape.Linear;

    /// <summary>The curve of the descent; default a cosine wave.</summary>
    public StageShape DecayType { get; init; } = StageShape.Cosine;

    /// <summary>The rate before the rise and after the descent as a share of the full one; default 0.</summary>
    public double MinLrRatio { get; init; }

    /// <summary>Waves of a cosine descent; default 0.5: down once.</summary>
    public double NumCycles { get; init; } = 0.5;

    /// <inheritdoc/>
    protected override double Factor(long stepsDone)
    {
        if (stepsDone < NumWarmupSteps)
            return AboveMinimum(Rise(stepsDone / (double)NumWarmupSteps));
        var decayed = stepsDone - NumWarmupSteps - NumStableSteps;
        if (decayed < 0)
            return 1;
        return decayed < NumDecaySteps ? AboveMinimum(Descent(decayed / (double)NumDecaySteps)) : MinLrRatio;
    }

    private double Rise(double progress) => WarmupType switch
    {
        StageShape.Cosine => 0.5 * (1 - Math.Cos(Math.PI * progress)),
        StageShape.OneMinusSqrt => 1 - Math.Sqrt(1 - progress),
        _ => progress,
    };

    private double Descent(double progress) => DecayType switch
    {
        StageShape.Cosine => 0.5 * (1 + Math.Cos(Math.PI * NumCycles * 2 * progress)),
        StageShape.OneMinusSqrt => 1 - Math.Sqrt(progress),
        _ => 1 - progress,
    };

    private double AboveMinimum(double factor) => Math.Max(0, factor * (1 - MinLrRatio) + MinLrRatio);
}
