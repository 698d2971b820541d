namespace PeftSharp.Optimization;

/// <summary>
/// Options of a learning rate schedule in addition to its warmup (transformers' <c>lr_scheduler_kwargs</c>). Every option is null by
/// default, which selects the default of the schedule.
/// </summary>
/// <remarks>
/// The description of each option names the schedules that support it. <see cref="SchedulerFactory"/> throws an
/// <see cref="ArgumentException"/> if an option is set for another schedule.
/// </remarks>
public sealed record LrSchedulerOptions
{
    /// <summary>
    /// For <c>cosine</c>, <c>cosine_with_min_lr</c>, <c>cosine_warmup_with_min_lr</c> and <c>warmup_stable_decay</c>: the number of cosine
    /// cycles, default 0.5. For <c>cosine_with_restarts</c>: the number of half cycles, default 1.
    /// </summary>
    public double? NumCycles { get; init; }

    /// <summary>For <c>polynomial</c>: the exponent of the decay. Default 1.</summary>
    public double? Power { get; init; }

    /// <summary>For <c>polynomial</c>: the final learning rate. Default 1e-7.</summary>
    public double? LrEnd { get; init; }

    /// <summary>For <c>inverse_sqrt</c>: the time scale in steps. Default: the number of warmup steps, or 10,000 without warmup.</summary>
    public int? Timescale { get; init; }

    /// <summary>
    /// The minimum learning rate. For <c>cosine_with_min_lr</c> and <c>cosine_warmup_with_min_lr</c>, this option or
    /// <see cref="MinLrRate"/> is required. For <c>reduce_lr_on_plateau</c>, the default is 0.
    /// </summary>
    public double? MinLr { get; init; }

    /// <summary>
    /// For <c>cosine_with_min_lr</c> and <c>cosine_warmup_with_min_lr</c>: the minimum learning rate as a fraction of the peak, instead of
    /// <see cref="MinLr"/>.
    /// </summary>
    public double? MinLrRate { get; init; }

    /// <summary>
    /// For <c>cosine_warmup_with_min_lr</c>: the initial learning rate as a fraction of the peak. Default: 1 divided by the number of
    /// warmup steps.
    /// </summary>
    public double? WarmupLrRate { get; init; }

    /// <summary>For <c>warmup_stable_decay</c>, which requires this option: the number of decay steps.</summary>
    public int? NumDecaySteps { get; init; }

    /// <summary>
    /// For <c>warmup_stable_decay</c>: the number of steps at the peak. Default: all steps that are not part of the warmup or the decay.
    /// </summary>
    public int? NumStableSteps { get; init; }

    /// <summary>For <c>warmup_stable_decay</c>: the curve of the warmup. Default linear.</summary>
    public LearningRateCurve? WarmupType { get; init; }

    /// <summary>For <c>warmup_stable_decay</c>: the curve of the decay. Default cosine.</summary>
    public LearningRateCurve? DecayType { get; init; }

    /// <summary>For <c>warmup_stable_decay</c>: the minimum learning rate as a fraction of the peak. Default 0.</summary>
    public double? MinLrRatio { get; init; }

    /// <summary>For <c>reduce_lr_on_plateau</c>: whether the metric is minimized or maximized. Default: minimized.</summary>
    public PlateauMode? Mode { get; init; }

    /// <summary>
    /// For <c>reduce_lr_on_plateau</c>: the factor by which the learning rate is multiplied to reduce it; less than 1. Default 0.1.
    /// </summary>
    public double? Factor { get; init; }

    /// <summary>
    /// For <c>reduce_lr_on_plateau</c>: the number of consecutive evaluations without an improvement that are accepted; the next one
    /// reduces the learning rate. Default 10.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>
    /// For <c>reduce_lr_on_plateau</c>: the amount by which the metric must be better than the best so far for an evaluation to be an
    /// improvement. Default 1e-4.
    /// </summary>
    public double? Threshold { get; init; }

    /// <summary>For <c>reduce_lr_on_plateau</c>: whether <see cref="Threshold"/> is relative or absolute. Default relative.</summary>
    public PlateauThresholdMode? ThresholdMode { get; init; }

    /// <summary>
    /// For <c>reduce_lr_on_plateau</c>: the number of evaluations after a reduction during which a missing improvement is not counted.
    /// Default 0.
    /// </summary>
    public int? Cooldown { get; init; }

    /// <summary>
    /// For <c>reduce_lr_on_plateau</c>: the amount that a reduction must exceed; otherwise, the learning rate is not changed. Default 1e-8.
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
