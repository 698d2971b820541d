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
    /// The schedule does not use an option, requires an option that is null, or an option is out of range; or the schedule depends on a
    /// metric.
    /// </exception>
    public static LearningRateSchedule GetScheduler(
        SchedulerType type, double learningRate, int numWarmupSteps, int numTrainingSteps, LrSchedulerOptions? options = null) =>
        GetScheduler(type, learningRate, numWarmupSteps, numTrainingSteps, options?.ByPythonName());

    /// <summary>Creates the schedule that depends on a metric.</summary>
    /// <param name="options">Options of the schedule. Null: the defaults of torch.</param>
    /// <exception cref="ArgumentException">The schedule does not use an option, or an option is out of range.</exception>
    public static ReduceLROnPlateau GetReduceLROnPlateau(LrSchedulerOptions? options = null) =>
        GetReduceLROnPlateau(options?.ByPythonName());

    /// <summary>Creates a learning rate schedule from options by their Python names.</summary>
    internal static LearningRateSchedule GetScheduler(
        SchedulerType type, double learningRate, int numWarmupSteps, int numTrainingSteps, IReadOnlyDictionary<string, object?>? given)
    {
        OptimizerGuard.NotNegative(learningRate, nameof(learningRate));
        ArgumentOutOfRangeException.ThrowIfNegative(numWarmupSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(numTrainingSteps);
        var options = OptionsOf(type, given);
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
                NumCycles = options.Number("num_cycles") ?? 0.5,
                MinLrRate = type == SchedulerType.CosineWithMinLr ? MinLrRate(options, learningRate) : 0,
            },
            SchedulerType.CosineWithRestarts => new CosineWithRestartsSchedule
            {
                LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, NumTrainingSteps = numTrainingSteps,
                NumCycles = options.Number("num_cycles") ?? 1,
            },
            SchedulerType.Polynomial => Polynomial(options, learningRate, numWarmupSteps, numTrainingSteps),
            SchedulerType.InverseSqrt => new InverseSqrtSchedule
            {
                LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, Timescale = options.Whole("timescale", atLeast: 1),
            },
            SchedulerType.CosineWarmupWithMinLr => new CosineWarmupWithMinLrSchedule
            {
                LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, NumTrainingSteps = numTrainingSteps,
                NumCycles = options.Number("num_cycles") ?? 0.5, MinLrRate = MinLrRate(options, learningRate),
                WarmupLrRate = options.Number("warmup_lr_rate"),
            },
            SchedulerType.WarmupStableDecay => WarmupStableDecay(options, learningRate, numWarmupSteps, numTrainingSteps),
            SchedulerType.ReduceLrOnPlateau => throw new ArgumentException(
                $"reduce_lr_on_plateau depends on a metric, not on the step. Use {nameof(GetReduceLROnPlateau)}.", nameof(type)),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "The schedule is not supported."),
        };
        options.RefuseUnknown();
        return schedule;
    }

    /// <summary>Creates the schedule that depends on a metric from options by their Python names.</summary>
    internal static ReduceLROnPlateau GetReduceLROnPlateau(IReadOnlyDictionary<string, object?>? given)
    {
        var options = OptionsOf(SchedulerType.ReduceLrOnPlateau, given);
        var defaults = new ReduceLROnPlateau();
        var plateau = new ReduceLROnPlateau
        {
            Mode = options.Choice("mode", ("min", PlateauMode.Min), ("max", PlateauMode.Max)) ?? defaults.Mode,
            Factor = options.Number("factor") ?? defaults.Factor,
            Patience = options.Whole("patience", atLeast: 0) ?? defaults.Patience,
            Threshold = options.Number("threshold") ?? defaults.Threshold,
            ThresholdMode = options.Choice("threshold_mode", ("rel", PlateauThresholdMode.Rel), ("abs", PlateauThresholdMode.Abs))
                ?? defaults.ThresholdMode,
            Cooldown = options.Whole("cooldown", atLeast: 0) ?? defaults.Cooldown,
            MinLr = options.Number("min_lr") ?? defaults.MinLr,
            Eps = options.Number("eps") ?? defaults.Eps,
        };
        options.RefuseUnknown();
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
        // If the training is shorter than warmup and decay together, there is no stable phase and decay starts late or not at all, as in
        // transformers.
        var stable = options.Whole("num_stable_steps", atLeast: 0) ?? numTrainingSteps - numWarmupSteps - decay;
        (string, StageShape)[] shapes = [("linear", StageShape.Linear), ("cosine", StageShape.Cosine), ("1-sqrt", StageShape.OneMinusSqrt)];
        return new()
        {
            LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, NumStableSteps = stable, NumDecaySteps = decay,
            WarmupType = options.Choice("warmup_type", shapes) ?? StageShape.Linear,
            DecayType = options.Choice("decay_type", shapes) ?? StageShape.Cosine,
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

    private static NamedOptions OptionsOf(SchedulerType type, IReadOnlyDictionary<string, object?>? given) =>
        new($"the schedule {type.PythonName()} (LrSchedulerKwargs)", given);
}
