using PeftSharp.Internal;
using PeftSharp.Optimization;
using PeftSharp.Training.Loop;

namespace PeftSharp.Training.Checkpoints;

/// <summary>
/// Reads <c>scheduler.pt</c> of transformers. The schedule is created from the arguments of the run and depends on the step only, so the
/// file is only compared with the schedule; the state of <see cref="ReduceLrOnPlateau"/> is loaded.
/// </summary>
internal static class PythonSchedulerState
{
    internal const string FileName = "scheduler.pt";

    private const double Tolerance = 1e-6;              // learning rates with a smaller relative difference are equal

    /// <param name="run">The run.</param>
    /// <param name="path">The path of the file.</param>
    /// <param name="rates">The learning rate of each group of the optimizer in the Python run.</param>
    /// <param name="warn">Reports a different schedule.</param>
    /// <exception cref="CheckpointException">The file is malformed.</exception>
    internal static void LoadInto(TrainingRun run, string path, IReadOnlyList<double> rates, Action<string> warn)
    {
        using var file = PythonFile.Open(path);
        var (schedule, values) = (run.Schedule, file.Values);
        var isPlateau = values.Items.ContainsKey("num_bad_epochs");
        if (isPlateau != schedule.IsPlateau)
        {
            warn($"The schedule of the Python run of '{path}' was {(isPlateau ? "" : "not ")}reduce_lr_on_plateau, but LrSchedulerType is "
                + $"{run.Arguments.LrSchedulerType}. The run continues with the learning rates of its own schedule.");
            return;
        }
        if (isPlateau)
        {
            schedule.LoadState(new PlateauState(
                rates[0] / run.Optimizer.Groups[0].LearningRateScale,
                PythonFile.NumberOf(values["best"]) is { } best && double.IsFinite(best) ? best : null,
                Count(file, "num_bad_epochs"), Count(file, "cooldown_counter")));
            return;
        }
        var scale = run.Optimizer.Groups[0].LearningRateScale;
        if (file.List(values, "base_lrs") is not [var first, ..] || PythonFile.NumberOf(first) is not { } peak)
            throw file.Error("'base_lrs' has no learning rate");
        var now = schedule.At(run.State.GlobalStep) * scale;
        if (Differ(peak, schedule.Peak * scale))
            warn($"The Python run of '{path}' is resumed with another learning rate: LearningRate was {PythonFloat.Repr(peak)} and is "
                + $"{PythonFloat.Repr(schedule.Peak * scale)}.");
        else if (run.State.GlobalStep < run.Plan.MaxSteps && Differ(rates[0], now))
            warn($"The Python run of '{path}' is resumed with another schedule: the learning rate of step {run.State.GlobalStep + 1} was "
                + $"{PythonFloat.Repr(rates[0])} and is {PythonFloat.Repr(now)}. LrSchedulerType, LrSchedulerKwargs, WarmupSteps or the "
                + "number of steps (MaxSteps, NumTrainEpochs) differ.");
    }

    private static int Count(PythonFile file, string key) => file.Values[key] is long and >= 0 and <= int.MaxValue and var count
        ? (int)count : throw file.Error($"'{key}' is {PythonFile.Text(file.Values[key])}");

    private static bool Differ(double first, double second) =>
        !(Math.Abs(first - second) <= Tolerance * Math.Max(Math.Abs(first), Math.Abs(second)));
}
