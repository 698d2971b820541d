namespace PeftSharp.Optimization;

/// <summary>
/// Options of a learning rate schedule in addition to its warmup (transformers' <c>lr_scheduler_kwargs</c>). Every option is null by
/// default, which selects the default of the schedule.
/// </summary>
/// <remarks>
/// Each option is supported by the schedules in parentheses. <see cref="SchedulerFactory"/> throws an <see cref="ArgumentException"/> if
/// the option is set for another schedule.
/// </remarks>
public sealed record LrSchedulerOptions
{
    /// <summary>
    /// The number of cosine cycles (<c>cosine</c>, <c>cosine_with_min_lr</c>, <c>cosine_warmup_with_min_lr</c> and
    /// <c>warmup_stable_decay</c>: default 0.5) or of half cycles (<c>cosine_with_restarts</c>: default 1).
    /// </summary>
    public double? NumCycles { get; init; }

    /// <summary>The exponent of the decay (<c>polynomial</c>). Default 1.</summary>
    public double? Power { get; init; }

    /// <summary>The final learning rate (<c>polynomial</c>). Default 1e-7.</summary>
    public double? LrEnd { get; init; }

    /// <summary>The time scale in steps (<c>inverse_sqrt</c>). Default: the number of warmup steps, or 10,000 without warmup.</summary>
    public int? Timescale { get; init; }

    /// <summary>
    /// The minimum learning rate (<c>cosine_with_min_lr</c> and <c>cosine_warmup_with_min_lr</c>, which require this option or
    /// <see cref="MinLrRate"/>; <c>reduce_lr_on_plateau</c>: default 0).
    /// </summary>
    public double? MinLr { get; init; }

    /// <summary>
    /// The minimum learning rate as a fraction of the peak, instead of <see cref="MinLr"/> (<c>cosine_with_min_lr</c>,
    /// <c>cosine_warmup_with_min_lr</c>).
    /// </summary>
    public double? MinLrRate { get; init; }

    /// <summary>
    /// The initial learning rate as a fraction of the peak (<c>cosine_warmup_with_min_lr</c>). Default: 1 divided by the number of warmup
    /// steps.
    /// </summary>
    public double? WarmupLrRate { get; init; }

    /// <summary>The number of decay steps (<c>warmup_stable_decay</c>, which requires this option).</summary>
    public int? NumDecaySteps { get; init; }

    /// <summary>
    /// The number of steps at the peak (<c>warmup_stable_decay</c>). Default: all steps that are not part of the warmup or the decay.
    /// </summary>
    public int? NumStableSteps { get; init; }

    /// <summary>The curve of the warmup (<c>warmup_stable_decay</c>). Default linear.</summary>
    public LearningRateCurve? WarmupType { get; init; }

    /// <summary>The curve of the decay (<c>warmup_stable_decay</c>). Default cosine.</summary>
    public LearningRateCurve? DecayType { get; init; }

    /// <summary>The minimum learning rate as a fraction of the peak (<c>warmup_stable_decay</c>). Default 0.</summary>
    public double? MinLrRatio { get; init; }

    /// <summary>Whether the metric is minimized or maximized (<c>reduce_lr_on_plateau</c>). Default: minimized.</summary>
    public PlateauMode? Mode { get; init; }

    /// <summary>
    /// The factor by which the learning rate is multiplied to reduce it (<c>reduce_lr_on_plateau</c>); less than 1. Default 0.1.
    /// </summary>
    public double? Factor { get; init; }

    /// <summary>
    /// The number of consecutive evaluations without an improvement that are accepted; the next one reduces the learning rate
    /// (<c>reduce_lr_on_plateau</c>). Default 10.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>
    /// The amount by which the metric must be better than the best so far for an evaluation to be an improvement
    /// (<c>reduce_lr_on_plateau</c>). Default 1e-4.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>Whether <see cref="Threshold"/> is relative or absolute (<c>reduce_lr_on_plateau</c>). Default relative.</summary>
    public PlateauThresholdMode? ThresholdMode { get; init; }

    /// <summary>
    /// The number of evaluations after a reduction during which a missing improvement is not counted (<c>reduce_lr_on_plateau</c>). Default
    /// 0.
    /// </summary>
    public int? Cooldown { get; init; }

    /// <summary>
    /// The amount that a reduction must exceed, otherwise the learning rate is not changed (<c>reduce_lr_on_plateau</c>). Default 1e-8.
    /// </summary>
    public double? Eps { get; init; }

    /// <summary>Returns the options that are not null, by their Python names.</summary>
    internal IReadOnlyDictionary<string, object?> ByPythonName()
    {
        (string Name, object? Value)[] all =
        [
            ("num_cycles", NumCycles), ("power", Power), ("lr_end", LrEnd), ("timescale", Timescale),
            ("min_lr", MinLr), ("min_lr_rate", MinLrRate), ("warmup_lr_rate", WarmupLrRate),
            ("num_decay_steps", NumDecaySteps), ("num_stable_steps", NumStableSteps), ("warmup_type", WarmupType),
            ("decay_type", DecayType), ("min_lr_ratio", MinLrRatio),
            ("mode", Mode), ("factor", Factor), ("patience", Patience), ("threshold", Threshold),
            ("threshold_mode", ThresholdMode), ("cooldown", Cooldown), ("eps", Eps),
        ];
        return all.Where(option => option.Value is not null).ToDictionary(option => option.Name, option => option.Value);
    }
}
