using System.Text.Json.Nodes;
using PeftSharp.Optimization;
using PeftSharp.Serialization;

namespace PeftSharp.Training.Loop;

/// <summary>The learning rate of each step: a pure function of the step, or one that falls when evaluations stop getting better.</summary>
internal sealed class LearningRate
{
    private readonly LearningRateSchedule? _schedule;
    private readonly ReduceLROnPlateau? _plateau;
    private PlateauState _fallen;

    /// <param name="arguments">The run's arguments.</param>
    /// <param name="schedule">The rate of each step; null: it follows the evaluations.</param>
    internal LearningRate(TrainingArguments arguments, LearningRateSchedule? schedule)
    {
        _fallen = new PlateauState(arguments.LearningRate);
        _schedule = schedule;
        if (schedule is null) _plateau = SchedulerFactory.GetReduceLROnPlateau(arguments.LrSchedulerKwargs);
    }

    /// <summary>The schedule that the arguments describe; null where the rate follows the evaluations.</summary>
    /// <exception cref="ArgumentException">The options of the schedule are invalid.</exception>
    internal static LearningRateSchedule? ScheduleOf(TrainingArguments arguments, int maxSteps) => arguments.LrSchedulerType == SchedulerType.ReduceLrOnPlateau ? null
        : SchedulerFactory.GetScheduler(arguments.LrSchedulerType, arguments.LearningRate, arguments.WarmupSteps.In(maxSteps), maxSteps, arguments.LrSchedulerKwargs);

    /// <summary>The rate of the optimizer step that comes after <paramref name="stepsDone"/> steps.</summary>
    internal double At(int stepsDone) => _schedule?.At(stepsDone) ?? _fallen.LearningRate;

    /// <summary>Told the deciding metric of an evaluation.</summary>
    internal void Evaluated(double metric) => _fallen = _plateau?.Next(_fallen, metric) ?? _fallen;

    internal JsonObject SaveState() => new()
    {
        ["learning_rate"] = _fallen.LearningRate,
        ["best"] = _fallen.Best,
        ["num_bad_epochs"] = _fallen.NumBadEpochs,
        ["cooldown_counter"] = _fallen.CooldownCounter,
    };

    internal void LoadState(ConfigJson state) =>
        _fallen = new PlateauState(state.GetDouble("learning_rate"), state.GetDoubleOrNull("best"), state.GetInt("num_bad_epochs"), state.GetInt("cooldown_counter"));
}
