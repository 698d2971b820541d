namespace PeftSharp.Optimization;

/// <summary>Schedules by name and options; transformers' <c>get_scheduler</c>.</summary>
public static class SchedulerFactory
{
    /// <summary>The schedule of a training.</summary>
    /// <param name="type">Which.</param>
    /// <param name="learningRate">The full learning rate.</param>
    /// <param name="numWarmupSteps">Optimizer steps of the warmup; unused by <see cref="SchedulerType.Constant"/>.</param>
    /// <param name="numTrainingSteps">Optimizer steps of the whole training, warmup included.</param>
    /// <param name="schedulerSpecificKwargs">
    /// Options by their Python names: <c>num_cycles</c> (cosine kinds), <c>power</c> and <c>lr_end</c> (polynomial), <c>timescale</c> (inverse_sqrt),
    /// <c>min_lr</c> or <c>min_lr_rate</c>, <c>warmup_lr_rate</c> (cosine with a least rate), <c>num_decay_steps</c>, <c>num_stable_steps</c>,
    /// <c>warmup_type</c>, <c>decay_type</c>, <c>min_lr_ratio</c> (warmup_stable_decay). Null: none.
    /// </param>
    /// <exception cref="ArgumentException">An option is unknown, missing, of the wrong kind or out of range; or the type is not a function of the step.</exception>
    public static LearningRateSchedule GetScheduler(
        SchedulerType type, double learningRate, int numWarmupSteps, int numTrainingSteps, IReadOnlyDictionary<string, object?>? schedulerSpecificKwargs = null)
    {
        OptimizerGuard.NotNegative(learningRate, nameof(learningRate));
        ArgumentOutOfRangeException.ThrowIfNegative(numWarmupSteps);
        ArgumentOutOfRangeException.ThrowIfNegative(numTrainingSteps);
        var options = new ScheduleOptions(type, schedulerSpecificKwargs);
        LearningRateSchedule schedule = type switch
        {
            SchedulerType.Constant => new ConstantSchedule { LearningRate = learningRate },
            SchedulerType.ConstantWithWarmup => new ConstantWithWarmupSchedule { LearningRate = learningRate, NumWarmupSteps = numWarmupSteps },
            SchedulerType.Linear => new LinearSchedule { LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, NumTrainingSteps = numTrainingSteps },
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
                NumCycles = options.Number("num_cycles") ?? 0.5, MinLrRate = MinLrRate(options, learningRate), WarmupLrRate = options.Number("warmup_lr_rate"),
            },
            SchedulerType.WarmupStableDecay => WarmupStableDecay(options, learningRate, numWarmupSteps, numTrainingSteps),
            SchedulerType.ReduceLrOnPlateau => throw new ArgumentException(
                $"reduce_lr_on_plateau follows a metric, not the step: take it from {nameof(GetReduceLROnPlateau)}.", nameof(type)),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No such schedule."),
        };
        options.RefuseUnknown();
        return schedule;
    }

    /// <summary>The schedule of a training, with typed options.</summary>
    /// <param name="type">Which.</param>
    /// <param name="learningRate">The full learning rate.</param>
    /// <param name="numWarmupSteps">Optimizer steps of the warmup; unused by <see cref="SchedulerType.Constant"/>.</param>
    /// <param name="numTrainingSteps">Optimizer steps of the whole training, warmup included.</param>
    /// <param name="options">Options of the schedule. Null: its defaults.</param>
    /// <exception cref="ArgumentException">The schedule does not read an option, requires one that is null, or an option is out of range; or the type is not a function of the step.</exception>
    public static LearningRateSchedule GetScheduler(SchedulerType type, double learningRate, int numWarmupSteps, int numTrainingSteps, LrSchedulerOptions? options) =>
        GetScheduler(type, learningRate, numWarmupSteps, numTrainingSteps, options?.ByPythonName());

    /// <summary>The schedule that follows a metric, with typed options.</summary>
    /// <param name="options">Options of the schedule. Null: torch's defaults.</param>
    /// <exception cref="ArgumentException">The schedule does not read an option, or an option is out of range.</exception>
    public static ReduceLROnPlateau GetReduceLROnPlateau(LrSchedulerOptions? options) => GetReduceLROnPlateau(options?.ByPythonName());

    /// <summary>The schedule that follows a metric.</summary>
    /// <param name="schedulerSpecificKwargs">
    /// Options by their Python names: <c>mode</c> (<c>min</c>, <c>max</c>), <c>factor</c>, <c>patience</c>, <c>threshold</c>, <c>threshold_mode</c>
    /// (<c>rel</c>, <c>abs</c>), <c>cooldown</c>, <c>min_lr</c>, <c>eps</c>. Null: torch's defaults.
    /// </param>
    /// <exception cref="ArgumentException">An option is unknown, of the wrong kind or out of range.</exception>
    public static ReduceLROnPlateau GetReduceLROnPlateau(IReadOnlyDictionary<string, object?>? schedulerSpecificKwargs = null)
    {
        var options = new ScheduleOptions(SchedulerType.ReduceLrOnPlateau, schedulerSpecificKwargs);
        var defaults = new ReduceLROnPlateau();
        var plateau = new ReduceLROnPlateau
        {
            Mode = options.Choice("mode", ("min", PlateauMode.Min), ("max", PlateauMode.Max)) ?? defaults.Mode,
            Factor = options.Number("factor") ?? defaults.Factor,
            Patience = options.Whole("patience", atLeast: 0) ?? defaults.Patience,
            Threshold = options.Number("threshold") ?? defaults.Threshold,
            ThresholdMode = options.Choice("threshold_mode", ("rel", PlateauThresholdMode.Rel), ("abs", PlateauThresholdMode.Abs)) ?? defaults.ThresholdMode,
            Cooldown = options.Whole("cooldown", atLeast: 0) ?? defaults.Cooldown,
            MinLr = options.Number("min_lr") ?? defaults.MinLr,
            Eps = options.Number("eps") ?? defaults.Eps,
        };
        options.RefuseUnknown();
        plateau.Validate();
        return plateau;
    }

    private static PolynomialSchedule Polynomial(ScheduleOptions options, double learningRate, int numWarmupSteps, int numTrainingSteps)
    {
        var schedule = new PolynomialSchedule { LearningRate = learningRate, NumWarmupSteps = numWarmupSteps, NumTrainingSteps = numTrainingSteps };
        schedule = schedule with { LrEnd = options.Number("lr_end") ?? schedule.LrEnd, Power = options.Number("power") ?? schedule.Power };
        return schedule.LrEnd < learningRate
            ? schedule
            : throw options.Error($"lr_end ({ScheduleOptions.Text(schedule.LrEnd)}) must be below the learning rate ({ScheduleOptions.Text(learningRate)})");
    }

    private static WarmupStableDecaySchedule WarmupStableDecay(ScheduleOptions options, double learningRate, int numWarmupSteps, int numTrainingSteps)
    {
        var decay = options.Whole("num_decay_steps", atLeast: 0) ?? throw options.Error("num_decay_steps is missing");
        // Shorter trainings than warmup and descent have no stable part; the descent then begins late or not at all, as in transformers.
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

    private static double MinLrRate(ScheduleOptions options, double learningRate) => (options.Number("min_lr"), options.Number("min_lr_rate")) switch
    {
        (null, null) => throw options.Error("one of min_lr and min_lr_rate is needed"),
        ({ } least, null) => learningRate > 0 ? least / learningRate : throw options.Error("min_lr is a share of the learning rate, which is 0"),
        (null, { } rate) => rate,
        _ => throw options.Error("only one of min_lr and min_lr_rate may be set"),
    };
}
