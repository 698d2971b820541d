namespace PeftSharp.Optimization;

/// <summary>Creates learning rate schedules by name and options. Corresponds to <c>get_scheduler</c> in transformers.</summary>
public static class SchedulerFactory
{
    /// <summary>Creates a learning rate schedule.</summary>
    /// <param name="type">The schedule.</param>
    /// <param name="learningRate">The peak learning rate.</param>
    /// <param name="numWarmupSteps">The number of optimizer steps of the warmup; ignored by <see cref="SchedulerType.Constant"/>.</param>
    /// <param name="numTrainingSteps">The number of optimizer steps of the training, including warmup.</param>
    /// <param name="options">Options of the schedule. Null: its defaults.</param>
    /// <exception cref="ArgumentException">
    /// The learning rate or a number of steps is negative; an option is not used by the schedule, is out of range, contradicts another
    /// option, or is null although the schedule requires it; or the schedule depends on a metric (<see cref="GetReduceLrOnPlateau"/>).
    /// </exception>
    public static LearningRateSchedule GetScheduler(
        SchedulerType type, double learningRate, int numWarmupSteps, int numTrainingSteps, LrSchedulerOptions? options = null)
    {
        OptimizerGuard.NotNegative(learningRate, nameof(learningRate));
        ArgumentOutOfRangeException.ThrowIfNegative(numWarmupSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(numTrainingSteps);
        var named = OptionsOf(type, options);
        LearningRateSchedule schedule = type switch
        {
            SchedulerType.Constant => new ConstantSchedule { LearningRate = learningRate },
            SchedulerType.ConstantWithWarmup =>
                new ConstantWithWarmupSchedule { LearningRate = learningRate, NumWarmupSteps = numWarmupSteps },
            SchedulerType.Linear =>
                new LinearSchedule { LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, NumTrainingSteps = numTrainingSteps },
            SchedulerType.Cosine or SchedulerType.CosineWithMinLr => new CosineSchedule
            {
                LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, NumTrainingSteps = numTrainingSteps,
                NumCycles = named.Number("num_cycles") ?? 0.5,
                MinLrRate = type == SchedulerType.CosineWithMinLr ? MinLrRate(named, learningRate) : 0,
            },
            SchedulerType.CosineWithRestarts => new CosineWithRestartsSchedule
            {
                LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, NumTrainingSteps = numTrainingSteps,
                NumCycles = named.Number("num_cycles") ?? 1,
            },
            SchedulerType.Polynomial => Polynomial(named, learningRate, numWarmupSteps, numTrainingSteps),
            SchedulerType.InverseSqrt => new InverseSqrtSchedule
            {
                LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, Timescale = named.Whole("timescale", atLeast: 1),
            },
            SchedulerType.CosineWarmupWithMinLr => new CosineWarmupWithMinLrSchedule
            {
                LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, NumTrainingSteps = numTrainingSteps,
                NumCycles = named.Number("num_cycles") ?? 0.5, MinLrRate = MinLrRate(named, learningRate),
                WarmupLrRate = named.Number("warmup_lr_rate"),
            },
            SchedulerType.WarmupStableDecay => WarmupStableDecay(named, learningRate, numWarmupSteps, numTrainingSteps),
            SchedulerType.ReduceLrOnPlateau => throw new ArgumentException(
                $"reduce_lr_on_plateau depends on a metric, not on the step. Use {nameof(GetReduceLrOnPlateau)}.", nameof(type)),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The schedule is not supported."),
        };
        named.RejectUnknown();
        return schedule;
    }

    /// <summary>Creates the schedule that depends on a metric.</summary>
    /// <param name="options">Options of the schedule. Null: the defaults of torch.</param>
    /// <exception cref="ArgumentException">The schedule does not use an option, or an option is out of range.</exception>
    public static ReduceLrOnPlateau GetReduceLrOnPlateau(LrSchedulerOptions? options = null)
    {
        var named = OptionsOf(SchedulerType.ReduceLrOnPlateau, options);
        var defaults = new ReduceLrOnPlateau();
        var plateau = new ReduceLrOnPlateau
        {
            Mode = named.Choice<PlateauMode>("mode") ?? defaults.Mode,
            Factor = named.Number("factor") ?? defaults.Factor,
            Patience = named.Whole("patience", atLeast: 0) ?? defaults.Patience,
            Threshold = named.Number("threshold") ?? defaults.Threshold,
            ThresholdMode = named.Choice<PlateauThresholdMode>("threshold_mode") ?? defaults.ThresholdMode,
            Cooldown = named.Whole("cooldown", atLeast: 0) ?? defaults.Cooldown,
            MinLr = named.Number("min_lr") ?? defaults.MinLr,
            Eps = named.Number("eps") ?? defaults.Eps,
        };
        named.RejectUnknown();
        plateau.Validate();
        return plateau;
    }

    private static PolynomialSchedule Polynomial(NamedOptions options, double learningRate, int numWarmupSteps, int numTrainingSteps)
    {
        var schedule = new PolynomialSchedule
        {
            LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, NumTrainingSteps = numTrainingSteps,
        };
        schedule = schedule with { LrEnd = options.Number("lr_end") ?? schedule.LrEnd, Power = options.Number("power") ?? schedule.Power };
        return schedule.LrEnd < learningRate
            ? schedule
            : throw options.Error(
                $"lr_end ({NamedOptions.Text(schedule.LrEnd)}) must be less than the learning rate "
                + $"({NamedOptions.Text(learningRate)})");
    }

    private static WarmupStableDecaySchedule WarmupStableDecay(
        NamedOptions options, double learningRate, int numWarmupSteps, int numTrainingSteps)
    {
        var decay = options.Whole("num_decay_steps", atLeast: 0) ?? throw options.Error("num_decay_steps is missing");
        // If the training is shorter than warmup and decay together, there is no stable phase: as in transformers, the decay does not begin
        // at the peak, but at a later point of its curve.
        var stable = options.Whole("num_stable_steps", atLeast: 0) ?? numTrainingSteps - numWarmupSteps - decay;
        return new()
        {
            LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, NumStableSteps = stable, NumDecaySteps = decay,
            WarmupType = options.Choice<LearningRateCurve>("warmup_type") ?? LearningRateCurve.Linear,
            DecayType = options.Choice<LearningRateCurve>("decay_type") ?? LearningRateCurve.Cosine,
            MinLrRatio = options.Number("min_lr_ratio") ?? 0,
            NumCycles = options.Number("num_cycles") ?? 0.5,
        };
    }

    private static double MinLrRate(NamedOptions options, double learningRate) =>
        (options.Number("min_lr"), options.Number("min_lr_rate")) switch
        {
            (null, null) => throw options.Error("min_lr or min_lr_rate is required"),
            ({ } minimum, null) => learningRate > 0
                ? minimum / learningRate
                : throw options.Error("min_lr is not supported with a learning rate of 0"),
            (null, { } rate) => rate,
            _ => throw options.Error("min_lr and min_lr_rate cannot both be set"),
        };

    private static NamedOptions OptionsOf(SchedulerType type, LrSchedulerOptions? options) =>
        new($"the schedule {type.ToPythonName()} (LrSchedulerKwargs)", options?.ByPythonName());
}
