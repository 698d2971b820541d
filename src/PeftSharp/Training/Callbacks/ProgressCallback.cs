using System.Diagnostics;
using System.Globalization;

namespace PeftSharp.Training;

/// <summary>
/// Writes the progress of a run to the console: a progress bar, all log entries and all warnings (transformers' <c>ProgressCallback</c>).
/// </summary>
/// <remarks>
/// <para>If the output of the console is redirected, no progress bar is drawn.</para>
/// <para>Not thread-safe: a trainer calls the callback on the thread that trains. Use an instance with one trainer at a time.</para>
/// </remarks>
public sealed class ProgressCallback : TrainerCallback
{
    private const int BarWidth = 24;
    private readonly TextWriter _output;
    private readonly bool _showBar;
    private readonly Stopwatch _clock = new();
    private int _firstStep, _barLength;
    private long _lastShown;

    /// <summary>Creates a callback that writes to <see cref="Console.Out"/>.</summary>
    public ProgressCallback() : this(Console.Out, !Console.IsOutputRedirected) { }

    /// <summary>Creates a callback that writes to a text writer.</summary>
    /// <param name="output">The text writer; the callback does not dispose it.</param>
    /// <param name="showsBar">Whether to draw a progress bar, which overwrites the current line. Default false.</param>
    public ProgressCallback(TextWriter output, bool showsBar = false)
    {
        ArgumentNullException.ThrowIfNull(output);
        (_output, _showBar) = (output, showsBar);
    }

    /// <inheritdoc/>
    public override void OnTrainBegin(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        _firstStep = state.GlobalStep;
        _clock.Restart();
    }

    /// <inheritdoc/>
    public override void OnStepEnd(TrainingArguments args, TrainerState state, TrainerControl control)
    {
        var (done, remaining) = (state.GlobalStep - _firstStep, state.MaxSteps - state.GlobalStep);
        var perStep = _clock.Elapsed / Math.Max(done, 1);
        DrawBar("training", state.GlobalStep, state.MaxSteps,
            $"[{Time(_clock.Elapsed)}<{Time(perStep * remaining)}, {LogLine.Text(perStep.TotalMilliseconds)} ms/step]");
    }

    /// <inheritdoc/>
    public override void OnPredictionStep(TrainingArguments args, TrainerState state, TrainerControl control, int completed, int total) =>
        DrawBar("evaluation", completed, total, "");

    /// <inheritdoc/>
    public override void OnLog(TrainingArguments args, TrainerState state, TrainerControl control, IReadOnlyDictionary<string, double> logs)
    {
        ClearBar();
        var step = state.MaxSteps > 0 ? $"step {state.GlobalStep,5}/{state.MaxSteps}  " : "";     // an evaluation without a run has no step
        var values = logs.Where(pair => pair.Key is not "step").Select(pair => $"{pair.Key} {LogLine.Text(pair.Value)}");
        _output.WriteLine($"{step}{string.Join("  ", values)}");
    }

    /// <inheritdoc/>
    public override void OnWarning(TrainingArguments args, TrainerState state, TrainerControl control, string message)
    {
        ClearBar();
        _output.WriteLine($"Warning: {message}");
    }

    /// <inheritdoc/>
    public override void OnTrainEnd(TrainingArguments args, TrainerState state, TrainerControl control) => ClearBar();

    private void DrawBar(string label, int completed, int total, string suffix)
    {
        var now = Stopwatch.GetTimestamp();
        if (!_showBar || (completed != total && Stopwatch.GetElapsedTime(_lastShown, now).TotalMilliseconds < 100)) return;
        _lastShown = now;
        var filled = total == 0 ? 0 : BarWidth * completed / total;
        var text = total == 0 ? $"{label} {completed} {suffix}"
            : $"{label} {new string('█', filled)}{new string('░', BarWidth - filled)} {completed}/{total} {suffix}";
        _output.Write($"\r{text.PadRight(_barLength)}");
        _output.Flush();
        _barLength = text.Length;
    }

    private void ClearBar()
    {
        if (_barLength == 0) return;
        _output.Write($"\r{new string(' ', _barLength)}\r");
        _barLength = 0;
    }

    private static string Time(TimeSpan time) =>
        time.ToString(time.TotalHours >= 1 ? @"h\:mm\:ss" : @"mm\:ss", CultureInfo.InvariantCulture);
}
