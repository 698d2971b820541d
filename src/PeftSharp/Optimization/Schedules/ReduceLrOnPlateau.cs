namespace PeftSharp.Optimization;

/// <summary>
/// Reduces the learning rate when a metric has stopped improving. Corresponds to <c>ReduceLROnPlateau</c> in torch. The object has no
/// state: <see cref="Next"/> computes the next state from the previous one.
/// </summary>
public sealed record ReduceLrOnPlateau
{
    /// <summary>Whether the metric is minimized (default) or maximized.</summary>
    public PlateauMode Mode { get; init; } = PlateauMode.Min;

    /// <summary>The factor by which the learning rate is multiplied to reduce it; less than 1. Default 0.1.</summary>
    public double Factor { get; init; } = 0.1;

    /// <summary>
    /// The number of consecutive evaluations without an improvement that are accepted; the next one reduces the learning rate. Default 10.
    /// </summary>
    public int Patience { get; init; } = 10;

    /// <summary>
    /// The amount by which the metric must be better than the best so far for an evaluation to be an improvement: a fraction of the best
    /// metric, or an absolute difference (<see cref="ThresholdMode"/>). Default 1e-4.
    /// </summary>
    public double Threshold { get; init; } = 1e-4;

    /// <summary>Whether the threshold is relative to the best metric (default) or absolute.</summary>
    public PlateauThresholdMode ThresholdMode { get; init; } = PlateauThresholdMode.Rel;

    /// <summary>The number of evaluations after a reduction during which a missing improvement is not counted. Default 0.</summary>
    public int Cooldown { get; init; }

    /// <summary>The minimum learning rate. Default 0.</summary>
    public double MinLr { get; init; }

    /// <summary>The amount that a reduction must exceed; otherwise, the learning rate is not changed. Default 1e-8.</summary>
    public double Eps { get; init; } = 1e-8;

    /// <summary>Returns the state after an evaluation.</summary>
    /// <param name="state">The state before the evaluation; <c>new PlateauState(learningRate)</c> at the start.</param>
    /// <param name="metric">The metric of the evaluation. NaN is never an improvement.</param>
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

    /// <exception cref="ArgumentOutOfRangeException"><see cref="Factor"/> is at least 1.</exception>
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
            return metric * sign > double.NegativeInfinity;       // false for NaN and for infinity in the worse direction
        var bar = ThresholdMode == PlateauThresholdMode.Rel ? known * (1 + sign * Threshold) : known + sign * Threshold;
        return Mode == PlateauMode.Min ? metric < bar : metric > bar;
    }
}
