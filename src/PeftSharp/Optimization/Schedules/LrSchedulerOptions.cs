namespace PeftSharp.Optimization;

/// <summary>
/// Options of a learning rate schedule in addition to its warmup (transformers' <c>lr_scheduler_kwargs</c>). Every option is null by
/// default, which selects the default of the schedule.
/// </summary>
/// <remarks>
/// Each option names the schedules that use it. <see cref="SchedulerFactory"/> rejects an option that the schedule does not use.
/// </remarks>
public sealed record LrSchedulerOptions
{
    /// <summary>
    /// The number of cosine waves of <c>cosine</c>, <c>cosine_with_min_lr</c>, <c>cosine_warmup_with_min_lr</c> and
    /// <c>warmup_stable_decay</c> (default 0.5), or of restarts of <c>cosine_with_restarts</c> (default 1).
    /// </summary>
    public double? NumCycles { get; init; }

    /// <summary>The exponent of <c>polynomial</c>. Default 1.</summary>
    public double? Power { get; init; }

    /// <summary>The learning rate at the end of <c>polynomial</c>. Default 1e-7.</summary>
    public double? LrEnd { get; init; }

    /// <summary>The time scale of <c>inverse_sqrt</c> in steps. Default: the warmup steps, or 10,000 without warmup.</summary>
    public int? Timescale { get; init; }

    /// <summary>
    /// The minimum learning rate of <c>cosine_with_min_lr</c>, <c>cosine_warmup_with_min_lr</c> and <c>reduce_lr_on_plateau</c>. The
    /// default of <c>reduce_lr_on_plateau</c> is 0.
    /// </summary>
    public double? MinLr { get; init; }

    /// <summary>
    /// The minimum learning rate of <c>cosine_with_min_lr</c> and <c>cosine_warmup_with_min_lr</c> as a share of the full rate, instead of
    /// <see cref="MinLr"/>.
    /// </summary>
    public double? MinLrRate { get; init; }

    /// <summary>The first learning rate of the warmup as a share of the full rate (<c>cosine_warmup_with_min_lr</c>).</summary>
    public double? WarmupLrRate { get; init; }

    /// <summary>The number of steps of the decay of <c>warmup_stable_decay</c>, which requires it.</summary>
    public int? NumDecaySteps { get; init; }

    /// <summary>
    /// The number of steps of <c>warmup_stable_decay</c> at the full rate. Default: all steps other than those of warmup and decay.
    /// </summary>
    public int? NumStableSteps { get; init; }

    /// <summary>The curve of the warmup of <c>warmup_stable_decay</c>. Default linear.</summary>
    public StageShape? WarmupType { get; init; }

    /// <summary>The curve of the decay of <c>warmup_stable_decay</c>. Default cosine.</summary>
    public StageShape? DecayType { get; init; }

    /// <summary>The minimum learning rate of <c>warmup_stable_decay</c> as a share of the full rate. Default 0.</summary>
    public double? MinLrRatio { get; init; }

    /// <summary>Whether the metric of <c>reduce_lr_on_plateau</c> is to fall or to rise. Default: to fall.</summary>
    public PlateauMode? Mode { get; init; }

    /// <summary>The factor of the learning rate at each reduction of <c>reduce_lr_on_plateau</c>. Default 0.1.</summary>
    public double? Factor { get; init; }

    /// <summary>The number of evaluations without improvement that <c>reduce_lr_on_plateau</c> allows. Default 10.</summary>
    public int? Patience { get; init; }

    /// <summary>The minimum improvement that <c>reduce_lr_on_plateau</c> counts. Default 1e-4.</summary>
    public double? Threshold { get; init; }

    /// <summary>Whether <see cref="Threshold"/> is relative or absolute. Default relative.</summary>
    public PlateauThresholdMode? ThresholdMode { get; init; }

    /// <summary>The number of evaluations after a reduction in which <c>reduce_lr_on_plateau</c> counts none. Default 0.</summary>
    public int? Cooldown { get; init; }

    /// <summary>The minimum change of the learning rate of <c>reduce_lr_on_plateau</c>; a smaller one is not made. Default 1e-8.</summary>
    public double? Eps { get; init; }

    /// <summary>The options that are not null, by their Python names.</summary>
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
