namespace PeftSharp.Optimization;

/// <summary>Lowers the learning rate when a metric has stopped improving; torch's <c>ReduceLROnPlateau</c> as a function from one state to the next.</summary>
public sealed record ReduceLROnPlateau
{
    /// <summary>Which way the metric improves; default smaller is better.</summary>
    public PlateauMode Mode { get; init; } = PlateauMode.Min;

    /// <summary>What the learning rate is multiplied by, below 1; default 0.1.</summary>
    public double Factor { get; init; } = 0.1;

    /// <summary>Evaluations in a row without a better metric that are let pass; default 10.</summary>
    public int Patience { get; init; } = 10;

    /// <summary>How much better is better; default 1e-4.</summary>
    public double Threshold { get; init; } = 1e-4;

    /// <summary>Whether the threshold is a share of the best (default) or an amount.</summary>
    public PlateauThresholdMode ThresholdMode { get; init; } = PlateauThresholdMode.Rel;

    /// <summary>Evaluations after a reduction during which nothing is counted; default 0.</summary>
    public int Cooldown { get; init; }

    /// <summary>The least learning rate; default 0.</summary>
    public double MinLr { get; init; }

    /// <summary>Reductions no larger than this are not made; default 1e-8.</summary>
    public double Eps { get; init; } = 1e-8;

    /// <summary>The state after an evaluation.</summary>
    /// <param name="state">The state before it; <c>new PlateauState(learningRate)</c> at the start.</param>
    /// <param name="metric">What the evaluation measured; NaN is never better.</param>
    public PlateauState Next(PlateauState state, double metric)
    {
        ArgumentNullException.ThrowIfNull(state);
        var isBetter = IsBetter(metric, state.Best);
        var next = state with { Best = isBetter ? metric : state.Best, NumBadEpochs = isBetter ? 0 : state.NumBadEpochs + 1 };
        if (next.CooldownCounter > 0)
            next = next with { CooldownCounter = next.CooldownCounter - 1, NumBadEpochs = 0 };
        return next.NumBadEpochs > Patience
            ? next with { LearningRate = Reduced(next.LearningRate), CooldownCounter = Cooldown, NumBadEpochs = 0 }
            : next;
    }

    /// <exception cref="ArgumentOutOfRangeException"><see cref="Factor"/> is 1 or more.</exception>
    internal void Validate() => ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Factor, 1, nameof(Factor));

    private double Reduced(double learningRate)
    {
        var reduced = Math.Max(learningRate * Factor, MinLr);
        return learningRate - reduced > Eps ? reduced : learningRate;
    }

    private bool IsBetter(double metric, double? best)
    {
        var sign = Mode == PlateauMode.Min ? -1 : 1;
        if (best is not { } known)
            return metric * sign > double.NegativeInfinity;       // anything but NaN and the worst infinity
        var bar = ThresholdMode == PlateauThresholdMode.Rel ? known * (1 + sign * Threshold) : known + sign * Threshold;
        return Mode == PlateauMode.Min ? metric < bar : metric > bar;
    }
}
