using System.Text.Json.Nodes;
using PeftSharp.Optimization;
using PeftSharp.Serialization;

namespace PeftSharp.Training.Loop;

/// <summary>
/// The learning rate of each optimizer step: from a schedule, or reduced when the metric of the evaluations stops improving
/// (<see cref="ReduceLrOnPlateau"/>).
/// </summary>
internal sealed class LearningRate
{
    private readonly LearningRateSchedule? _schedule;
    private readonly ReduceLrOnPlateau? _plateau;
    private PlateauState _plateauState;

    /// <param name="arguments">The arguments of the run.</param>
    /// <param name="schedule">The schedule; null: <see cref="ReduceLrOnPlateau"/>.</param>
    internal LearningRate(TrainingArguments arguments, LearningRateSchedule? schedule)
    {
        _plateauState = new PlateauState(arguments.LearningRate);
        _schedule = schedule;
        if (schedule is null) _plateau = SchedulerFactory.GetReduceLrOnPlateau(arguments.LrSchedulerKwargs);
    }

    /// <summary>Creates the schedule of the arguments; null for <see cref="SchedulerType.ReduceLrOnPlateau"/>.</summary>
    /// <exception cref="ArgumentException">The options of the schedule are invalid.</exception>
    internal static LearningRateSchedule? ScheduleOf(TrainingArguments arguments, int maxSteps) =>
        arguments.LrSchedulerType == SchedulerType.ReduceLrOnPlateau ? null
        : SchedulerFactory.GetScheduler(
            arguments.LrSchedulerType, arguments.LearningRate, arguments.WarmupSteps.In(maxSteps), maxSteps, arguments.LrSchedulerKwargs);

    /// <summary>Returns the learning rate of the next optimizer step after <paramref name="completedSteps"/> steps.</summary>
    internal double At(int completedSteps) => _schedule?.GetLearningRate(completedSteps) ?? _plateauState.LearningRate;

    /// <summary>Reduces the learning rate if the metric has not improved for a number of evaluations. No effect with a schedule.</summary>
    /// <param name="metric">The metric of an evaluation that determines the best model.</param>
    internal void Update(double metric) => _plateauState = _plateau?.Next(_plateauState, metric) ?? _plateauState;

    internal JsonObject SaveState() => new()
    {
        ["learning_rate"] = _plateauState.LearningRate,
        ["best"] = _plateauState.Best,
        ["num_bad_epochs"] = _plateauState.NumBadEpochs,
        ["cooldown_counter"] = _plateauState.CooldownCounter,
    };

    internal void LoadState(ConfigJson state) =>
        _plateauState = new PlateauState(state.GetDouble("learning_rate"), state.GetDoubleOrNull("best"), state.GetCount("num_bad_epochs"),
            state.GetCount("cooldown_counter"));
}
